import type { EpochPoint, StepPoint } from '../../../protocol/src/runs.ts';
import type { ChartRun } from './chart-messages.ts';

/** A run of hours takes more steps than can be drawn ten times a second: beyond these every other one is left out. */
const MOST_STEPS = 4000;

/**
 * A run with what it has done since. Some of it may be known already: it was on disk when the run was read, or was done
 * again by a run that went on from its last checkpoint, with the same numbers.
 */
export function grownRun(run: ChartRun, steps: readonly StepPoint[], epochs: readonly EpochPoint[]): ChartRun {
  const lastStep = run.steps.at(-1)?.step ?? 0;
  const lastEpoch = run.epochs.at(-1)?.epoch ?? 0;
  const all = [...run.steps, ...steps.filter(({ step }) => step > lastStep)];
  return {
    ...run,
    // The newest stays.
    steps: all.length > MOST_STEPS ? all.filter((_, place) => (all.length - place) % 2 === 1) : all,
    epochs: [...run.epochs, ...epochs.filter(({ epoch }) => epoch > lastEpoch)],
  };
}
