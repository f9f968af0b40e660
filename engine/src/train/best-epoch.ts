import type { TrainerSettings } from '../../../task/src/types.ts';
import { mean } from '../vectors.ts';
import { type EarlyStoppingVerdict, measure } from './early-stopping.ts';
import type { Progress } from './training-state.ts';
import type { Validation } from './validate.ts';

/** Whether an epoch's prompts are the best so far by `trainer.val_metric`, and whether the run is to stop with it. */
export function judgeEpoch(
  settings: TrainerSettings,
  { stopping, epoch }: Progress,
  validation: Validation,
): EarlyStoppingVerdict {
  const { early_stopping, val_metric } = settings;
  const rule = {
    patience: early_stopping?.patience ?? null,
    minDelta: early_stopping?.min_delta ?? 0,
    mode: val_metric === 'loss' ? 'min' : 'max',
  } as const;
  return measure(rule, stopping, epoch, chosenMetric(val_metric, validation));
}

/**
 * The number that decides which prompt is best: the mean over tasks, of which those that lack the metric have their accuracy. It is
 * not a number where no row is validated.
 */
function chosenMetric(metric: TrainerSettings['val_metric'], validation: Validation): number {
  if (metric === 'loss') return validation.loss ?? Number.NaN;
  return mean(Object.values(validation.tasks).map((task) => task[metric] ?? task.accuracy ?? 0));
}
