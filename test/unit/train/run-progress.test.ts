import { expect, it } from 'vitest';
import { RunProgress } from '../../../engine/src/train/run-progress.ts';
import type { StartEvent } from '../../../protocol/src/training-events.ts';

/** Of 4 epochs with 5 steps each. */
const start = (from_step: number) => ({ epochs: 4, steps: 20, from_step }) as StartEvent;
const step = (number: number, loss: number) => ({
  event: 'step' as const,
  step: number,
  epoch: Math.ceil(number / 5),
  loss,
  lr: 0.1,
  rows_per_s: 0,
});

it.each([
  [0, 1],
  [4, 1],
  [5, 2],
  [14, 3],
  [20, 4],
])('a run that goes on from step %i is in epoch %i before it has taken another', (from, epoch) => {
  expect(new RunProgress(start(from), 8).state).toEqual({
    step: from,
    steps: 20,
    epoch,
    epochs: 4,
    loss: undefined,
    rowsPerSecond: undefined,
    secondsLeft: undefined,
  });
});

it('how fast a run is, and what is left, is of the steps since it went on; a jump of the loss shows by a tenth', () => {
  const progress = new RunProgress(start(10), 8);
  progress.stepped(step(11, 1), 100);
  expect(progress.state).toMatchObject({ step: 11, epoch: 3, loss: 1, rowsPerSecond: undefined });
  progress.stepped(step(12, 2), 102);
  expect(progress.state).toMatchObject({ step: 12, loss: 1.1, rowsPerSecond: 4, secondsLeft: 16 });
});
