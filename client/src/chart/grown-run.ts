import type { EpochPoint, StepPoint } from '../../../protocol/src/engine.ts';
import type { ChartRun } from './chart-messages.ts';

/**
 * A run with what it has done since. Some of it may be known already: it was on disk when the run was read, or was done
 * again by a run that went on from its last checkpoint, with the same numbers.
 */
export function grownRun(run: ChartRun, steps: readonly StepPoint[], epochs: readonly EpochPoint[]): ChartRun {
  const lastStep = run.steps.at(-1)?.step ?? 0;
  const lastEpoch = run.epochs.at(-1)?.epoch ?? 0;
  return {
    ...run,
    steps: [...run.steps, ...steps.filter(({ step }) => step > lastStep)],
    epochs: [...run.epochs, ...epochs.filter(({ epoch }) => epoch > lastEpoch)],
  };
}
