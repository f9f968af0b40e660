import { t } from '../../../l10n/src/words.ts';
import type { ScheduleSettings } from '../../../task/src/types.ts';
import { InputError } from '../errors.ts';

/** The rate after the warm-up, at a part of the way from its end (0) to the run's (1). */
const AFTER_WARMUP: Readonly<Record<ScheduleSettings['name'], (lr: number, minLr: number, part: number) => number>> = {
  CosineAnnealing: (lr, minLr, part) => minLr + (lr - minLr) * 0.5 * (1 + Math.cos(Math.PI * part)),
  constant: (lr) => lr,
};

/**
 * The learning rate of a step, as NeMo 1.10's WarmupPolicy and CosineAnnealing give it (`nemo/core/optim/lr_scheduler.py`):
 * it rises in equal parts over the warm-up, and then goes on as the schedule has it.
 * @param step from 0
 * @param maxSteps the run's number of steps; later steps are like the last
 * @param lr the highest learning rate
 * @throws InputError where a rate that falls to `min_lr` would rise
 */
export function learningRate(schedule: ScheduleSettings, step: number, maxSteps: number, lr: number): number {
  const { name, warmup_steps, min_lr } = schedule;
  if (name !== 'constant' && min_lr > lr)
    throw new InputError(t("the schedule's min_lr {0} is above the learning rate {1}", min_lr, lr));
  if (warmup_steps > 0 && step <= warmup_steps) return (lr * (step + 1)) / (warmup_steps + 1);
  const part = step >= maxSteps ? 1 : (step - warmup_steps) / (maxSteps - warmup_steps);
  return AFTER_WARMUP[name](lr, min_lr, part);
}
