import { describe, expect, it } from 'vitest';
import type { ChartRun } from '../../../client/src/chart/chart-messages.ts';
import { grownRun } from '../../../client/src/chart/grown-run.ts';

const step = (step: number) => ({ step, epoch: 1, loss: 1 / step, lr: 0.1 });
const epoch = (epoch: number, step: number) => ({
  epoch,
  step,
  trainLoss: 1,
  validationLoss: undefined,
  accuracy: {},
  macroF1: {},
  slotF1: {},
  wordF1: {},
  best: false,
});
const run: ChartRun = { dir: '/run', name: 'run', steps: [step(1), step(2)], epochs: [epoch(1, 2)] };

describe('a run in a chart', () => {
  it('grows by what it has done since', () => {
    const grown = grownRun(run, [step(3)], [epoch(2, 3)]);
    expect(grown.steps.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(grown.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('grows from nothing', () => {
    const grown = grownRun({ ...run, steps: [], epochs: [] }, [step(1)], [epoch(1, 1)]);
    expect(grown).toMatchObject({ steps: [step(1)], epochs: [epoch(1, 1)] });
  });

  it('has each step and epoch once, also where it went on from a checkpoint', () => {
    const grown = grownRun(run, [step(2), step(3)], [epoch(1, 2)]);
    expect(grown.steps.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(grown.epochs).toEqual(run.epochs);
  });

  it('keeps as many steps as can be drawn, the first and the newest among them, however long it goes on', () => {
    let grown = run;
    for (let last = 3; last <= 20_000; last += 10) {
      grown = grownRun(
        grown,
        Array.from({ length: 10 }, (_, i) => step(last + i)),
        [],
      );
      expect(grown.steps.at(-1)!.step).toBe(last + 9);
    }
    expect(grown.steps.length).toBeLessThanOrEqual(4000);
    expect(grown.steps.length).toBeGreaterThan(1500);
    expect(grown.steps[0]!.step).toBeLessThan(100);
  });
});
