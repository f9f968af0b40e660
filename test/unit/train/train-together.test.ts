import { describe, expect, it, vi } from 'vitest';
import { readPromptTable } from '../../../engine/src/prompt/prompt-table.ts';
import { BackboneStep } from '../../../engine/src/train/backbone-step.ts';
import { foldsOf } from '../../../engine/src/train/folds.ts';
import { planTraining, type TrainingPlan } from '../../../engine/src/train/plan.ts';
import { trainTogether } from '../../../engine/src/train/train-together.ts';
import type { TrainEvent } from '../../../protocol/src/training-events.ts';
import { largestDifference } from './small-backbone.ts';
import { BOTH_TASKS, type Json, open, tableBytes, trainProject, withFixedDate, writeProject } from './small-project.ts';

withFixedDate();

const FIT = { tokensARun: 2048, recompute: false, prepack: true };
const withSeed = (seed: number, changes: Json = {}): Json => ({
  trainer: { max_epochs: 2, batch_size: 4, seed, early_stopping: null, ...changes },
});

async function together(plans: readonly TrainingPlan[], cancelRequested = () => false) {
  const told = plans.map((): TrainEvent[] => []);
  const ends = await trainTogether(plans, {
    fit: FIT,
    session: {},
    told: (event, run) => told[run]!.push(event),
    notice: (message) => expect.fail(message),
    cancelRequested,
  });
  return { told, ends };
}

describe('runs side by side', () => {
  it.each([
    ['one task', {}],
    ['two tasks, an LSTM and dropout', BOTH_TASKS],
  ])('end as each does alone, but for rounding: %s', async (_, keys) => {
    const files = [7, 8, 9].map((seed) => writeProject({ ...keys, ...withSeed(seed) }));
    const plans = await Promise.all(files.map(async (file) => planTraining(await open(file), [])));
    const { told, ends } = await together(plans);
    for (const [i, file] of files.entries()) {
      const events = told[i]!;
      const prompts = await readPromptTable(ends[i]!.prompt_table);
      // What they learn stays in their folders.
      expect(tableBytes(file)).toBeUndefined();
      const alone = await trainProject(file, { fit: FIT });
      const losses = (all: readonly TrainEvent[]) =>
        all.flatMap((event) => (event.event === 'step' ? [event.loss] : []));
      expect(losses(events)).toHaveLength(losses(alone.events).length);
      expect(largestDifference(losses(events), losses(alone.events))).toBeLessThan(1e-4);
      const table = await readPromptTable(alone.plan.project.promptTablePath);
      expect([...prompts.keys()].sort()).toEqual([...table.keys()].sort());
      for (const [name, { embeddings }] of table) {
        expect(largestDifference(prompts.get(name)!.embeddings, embeddings)).toBeLessThan(1e-3);
      }
    }
  });

  it('take their steps together, and those that go on longer theirs alone', async () => {
    const files = [writeProject(withSeed(1)), writeProject(withSeed(2, { max_epochs: 3 }))];
    const plans = await Promise.all(files.map(async (file) => planTraining(await open(file), [])));
    const run = vi.spyOn(BackboneStep.prototype, 'runTogether');
    await together(plans);
    expect(run.mock.calls.map(([batches]) => batches.length)).toEqual([2, 2, 2, 2, 2, 2, 1, 1, 1]);
  });

  it('are all cancelled, and let go of each other, where one fails or that is asked for', async () => {
    const files = [writeProject(withSeed(1)), writeProject({ ...withSeed(2), optim: { lr: 1e30 } })];
    const plans = await Promise.all(files.map(async (file) => planTraining(await open(file), [])));
    await expect(together(plans)).rejects.toThrow(/diverged/);
    const others = await Promise.all(files.map(async (file) => planTraining(await open(file), [])));
    let steps = 0;
    const { ends } = await together(others.slice(0, 1), () => steps++ > 1);
    expect(ends).toEqual([undefined]);
    expect(tableBytes(files[0]!)).toBeUndefined();
  });
});

describe('folds', () => {
  it('hold each row out once, in parts of like size with every task in each, and train on the rest', async () => {
    const plan = await planTraining(await open(writeProject(BOTH_TASKS)), []);
    const folds = foldsOf(plan, 5);
    expect(folds.flatMap(({ held }) => held).sort((a, b) => a - b)).toEqual([...Array(15).keys()]);
    for (const { plan: fold, held } of folds) {
      expect(held).toHaveLength(3);
      expect(held.filter((row) => plan.train.taskname(row) === 'echo')).toHaveLength(1);
      const trained = Array.from({ length: fold.train.size }, (_, row) => fold.train.place(row));
      expect(trained).toHaveLength(12);
      for (const row of held) expect(trained).not.toContainEqual(plan.train.place(row));
      expect([fold.stepsPerEpoch, fold.totalSteps]).toEqual([3, 6]);
    }
    expect(new Set(folds.map(({ plan: fold }) => fold.hash)).size).toBe(5);
    expect(foldsOf(plan, 5).map(({ held }) => held)).toEqual(folds.map(({ held }) => held));
    expect(() => foldsOf(plan, 16)).toThrow('16 folds need 16 training rows or more, and there are 15');
  });
});
