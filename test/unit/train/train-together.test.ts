import { copyFileSync, cpSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { InputError } from '../../../engine/src/errors.ts';
import { readPromptTable } from '../../../engine/src/prompt/prompt-table.ts';
import { BackboneStep } from '../../../engine/src/train/backbone-step.ts';
import { foldsOf } from '../../../engine/src/train/folds.ts';
import { planTraining, type TrainingPlan } from '../../../engine/src/train/plan.ts';
import { RunFolder } from '../../../engine/src/train/run-folder.ts';
import { RunGroup } from '../../../engine/src/train/run-group.ts';
import { listRuns } from '../../../engine/src/train/run-list.ts';
import { type TogetherOptions, trainTogether } from '../../../engine/src/train/train-together.ts';
import type { TrainEvent } from '../../../protocol/src/training-events.ts';
import { liveSessions } from '../predict/live-sessions.ts';
import { largestDifference } from './small-backbone.ts';
import {
  BOTH_TASKS,
  type Json,
  open,
  recordOf,
  rewriteProject,
  runs,
  tableBytes,
  trainProject,
  withFixedDate,
  withTrainer,
  writeProject,
} from './small-project.ts';

withFixedDate();

const FIT = { tokensARun: 2048, recompute: false, prepack: true };
const withSeed = (seed: number, changes: Json = {}): Json => withTrainer({ seed, ...changes });

async function together(plans: readonly TrainingPlan[], options: Partial<TogetherOptions> = {}) {
  const told = plans.map((): TrainEvent[] => []);
  const { group = RunGroup.fresh('test', plans) } = options;
  const ends = await trainTogether(plans, {
    fit: FIT,
    session: {},
    notice: (message) => expect.fail(message),
    pauseRequested: () => false,
    ...options,
    group,
    told: (event, run) => {
      told[run]!.push(event);
      options.told?.(event, run);
    },
  });
  await group.release();
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

  it('take their steps together, and those that go on longer theirs alone, and leave no session', async () => {
    const files = [writeProject(withSeed(1)), writeProject(withSeed(2, { max_epochs: 3 }))];
    const plans = await Promise.all(files.map(async (file) => planTraining(await open(file), [])));
    const run = vi.spyOn(BackboneStep.prototype, 'runTogether');
    const live = liveSessions();
    await together(plans);
    expect(live.size).toBe(0);
    expect(run.mock.calls.map(([batches]) => batches.length)).toEqual([2, 2, 2, 2, 2, 2, 1, 1, 1]);
  });

  it.each([0, 1])('are all cancelled, and let go of each other, where one fails: that at %i', async (failing) => {
    const files = [0, 1].map((i) =>
      writeProject({ ...withSeed(i), ...(i === failing ? { optim: { lr: 1e30 } } : {}) }),
    );
    const plans = await Promise.all(files.map(async (file) => planTraining(await open(file), [])));
    await expect(together(plans, { nameOf: (run) => `run ${run}` })).rejects.toThrow(
      `run ${failing}: training diverged`,
    );
    expect(files.map((file) => recordOf(file).state)).toEqual(
      [0, 1].map((i) => (i === failing ? 'failed' : 'cancelled')),
    );
    for (const file of files) expect(tableBytes(file)).toBeUndefined();
  });
});

describe('runs side by side that were stopped or killed', () => {
  /** Three seeds of one project, whose short rows share runs of the graph; the second stops early. */
  const KEYS: Json = { p_tuning: { encoder_type: 'lstm', num_layers: 2, encoder_hidden: 8, dropout: 0.3 } };
  const plansOf = async (file: string) => {
    const project = await open(file);
    const trainer = (changes: Partial<typeof project.file.trainer>) => ({
      ...project,
      file: { ...project.file, trainer: { ...project.file.trainer, ...changes } },
    });
    return Promise.all(
      [{ seed: 1 }, { seed: 2, max_epochs: 1 }, { seed: 3 }].map((it) => planTraining(trainer(it), [])),
    );
  };
  const prompts = (ends: readonly ({ prompt_table: string } | undefined)[]) =>
    ends.map((end) => readFileSync(end!.prompt_table));
  const undisturbed = async () => prompts((await together(await plansOf(writeProject(KEYS)))).ends);

  it('go on from the step at which all were saved, and end with the same bytes', async () => {
    const whole = await undisturbed();
    for (const stopBefore of [0, 1, 3, 5]) {
      const file = writeProject(KEYS);
      let steps = 0;
      const first = await together(await plansOf(file), { pauseRequested: () => steps++ === stopBefore });
      // One that had its end before is not trained again.
      expect(first.ends.map((end) => end !== undefined)).toEqual([false, stopBefore >= 3, false]);
      const plans = await plansOf(file);
      const group = (await RunGroup.findUnfinished('test', plans))!;
      expect(group.step).toBe(stopBefore);
      const second = await together(plans, { group });
      expect(second.told[0]![0]).toMatchObject({ event: 'start', from_step: stopBefore });
      expect(prompts(second.ends)).toEqual(whole);
      expect(runs(file)).toHaveLength(3);
    }
  });

  it('go on from what a kill has left, at whichever moment', async () => {
    const whole = await undisturbed();
    const file = writeProject(KEYS);
    const folder = path.join(path.dirname(file), '.ptask');
    // What is on the disk after every third event, but for the first ones, when there is nothing to go on from yet.
    const moments: string[] = [];
    let told = 0;
    await together(await plansOf(file), {
      saveSeconds: 0,
      told: ({ event }) => {
        if (event === 'start' || told++ % 3 > 0) return;
        const copy = `${folder}-${moments.length}`;
        cpSync(folder, copy, { recursive: true });
        moments.push(copy);
      },
    });
    expect(moments.length).toBeGreaterThan(5);
    for (const moment of moments) {
      rmSync(folder, { recursive: true });
      cpSync(moment, folder, { recursive: true });
      const plans = await plansOf(file);
      const group = (await RunGroup.findUnfinished('test', plans))!;
      expect(prompts((await together(plans, { group })).ends)).toEqual(whole);
    }
  });

  it('go on, too, where one has failed by what may be put right, such as a full disk', async () => {
    const whole = await undisturbed();
    const file = writeProject(KEYS);
    const first = await plansOf(file);
    const group = RunGroup.fresh('test', first);
    const told = (event: TrainEvent, run: number) => {
      if (run === 2 && event.event === 'step' && event.step === 4) throw new InputError('the disk is full');
    };
    await expect(together(first, { group, told, saveSeconds: 0 })).rejects.toThrow('the disk is full');
    await group.release();
    const plans = await plansOf(file);
    const again = (await RunGroup.findUnfinished('test', plans))!;
    expect(again.step).toBeLessThan(4);
    expect(prompts((await together(plans, { group: again })).ends)).toEqual(whole);
  });

  it('go on, too, where the others were waiting for the one that has failed', async () => {
    const whole = await undisturbed();
    const file = writeProject(KEYS);
    const first = await plansOf(file);
    const group = RunGroup.fresh('test', first);
    let hasFailed = false;
    const { addMetrics } = RunFolder.prototype;
    vi.spyOn(RunFolder.prototype, 'addMetrics').mockImplementation(async function (this: RunFolder, event) {
      const { trainer } = this.record.settings as { trainer: { seed: number } };
      if (trainer.seed === 3 && event.event === 'step' && event.step === 4) {
        await sleep(300);
        hasFailed = true;
        throw new InputError('the disk is full');
      }
      await addMetrics.call(this, event);
    });
    // What is asked at the same time does not have them saved without it.
    const failed = together(first, { group, pauseRequested: () => hasFailed });
    await expect(failed).rejects.toThrow('the disk is full');
    vi.restoreAllMocks();
    await group.release();
    const plans = await plansOf(file);
    const again = (await RunGroup.findUnfinished('test', plans))!;
    expect(again.step).toBeLessThan(4);
    expect(prompts((await together(plans, { group: again })).ends)).toEqual(whole);
  });

  it('are found by what was asked for, until they have ended, and by nothing that is alone', async () => {
    const file = writeProject(KEYS);
    await together(await plansOf(file), { pauseRequested: () => true });
    const plans = await plansOf(file);
    expect(await RunGroup.findUnfinished('something else', plans)).toBeUndefined();
    const alone = await trainProject(file, { resume: true, stopAfter: 1 });
    expect(alone.events[0]).toMatchObject({ from_step: 0 });
    const group = (await RunGroup.findUnfinished('test', plans))!;
    await group.end();
    await group.release();
    expect(await RunGroup.findUnfinished('test', plans)).toBeUndefined();
  });

  /** A project whose runs were stopped after a step, and whose task file was renamed then. */
  const renamedProject = async () => {
    const before = writeProject(KEYS);
    let steps = 0;
    await together(await plansOf(before), { pauseRequested: () => steps++ === 1 });
    const file = path.join(path.dirname(before), 'renamed.ptask.json');
    renameSync(before, file);
    return { before, file };
  };

  const endedRuns = async (file: string) => {
    const plans = await plansOf(file);
    const group = RunGroup.fresh('test', plans);
    await together(plans, { group, saveSeconds: 0 });
    await group.end();
  };

  it('go on where their task file was renamed, say so, and are of that name from then on', async () => {
    const whole = await undisturbed();
    const { before, file } = await renamedProject();
    const plans = await plansOf(file);
    const group = (await RunGroup.findUnfinished('test', plans))!;
    expect([group.step, group.former]).toEqual([1, path.basename(before)]);
    const { told, ends } = await together(plans, { group });
    expect(told[0]!.slice(0, 2)).toMatchObject([{ event: 'start', from_step: 1 }, { event: 'notice' }]);
    expect(prompts(ends)).toEqual(whole);
    expect(await listRuns([path.dirname(file)])).toMatchObject(Array(3).fill({ taskFile: file, state: 'done' }));
  });

  it.each<[string, (file: string, before: string) => unknown]>([
    ['the file is there under both names', (file, before) => copyFileSync(file, before)],
    ['other settings', (file) => rewriteProject(file, { ...KEYS, optim: { lr: 0.03 } })],
    ['runs of its own that have ended', (file) => endedRuns(file)],
    [
      'later runs of the former name that have ended',
      async (file, before) => {
        renameSync(file, before);
        await endedRuns(before);
        renameSync(before, file);
      },
    ],
  ])('are left alone with %s', async (_, change) => {
    const { before, file } = await renamedProject();
    await change(file, before);
    expect(await RunGroup.findUnfinished('test', await plansOf(file))).toBeUndefined();
  });

  it('are not resumed with other settings', async () => {
    const file = writeProject(KEYS);
    await together(await plansOf(file), { pauseRequested: () => true });
    rewriteProject(file, { ...KEYS, optim: { lr: 0.5 } });
    await expect(RunGroup.findUnfinished('test', await plansOf(file))).rejects.toThrow('cannot be resumed');
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
    expect(() => foldsOf(plan, 6)).toThrow("6 folds need 6 different training rows or more, and 'echo' has 5");
  });

  it('hold out rows with the same texts together', async () => {
    const texts = ['up', 'down', 'left', 'right', 'in', 'out'];
    const row = (text: string, label = 'good') => ({ taskname: 'mood', text, label });
    const planOf = async (rows: Json[]) => planTraining(await open(writeProject({}, { 'train.jsonl': rows })), []);
    const heldTexts = (plan: TrainingPlan, count: number) =>
      foldsOf(plan, count).map(({ held }) => held.map((number) => String(plan.train.row(number).text)));
    const twice = await planOf([...texts.map((text) => row(text)), row('UP ', 'bad'), row('up'), row('down', 'bad')]);
    const folds = heldTexts(twice, 3).map((held) => held.map((text) => text.trim().toLowerCase()));
    expect(folds.map((held) => new Set(held).size)).toEqual([2, 2, 2]);
    expect(new Set(folds.flatMap((held) => [...new Set(held)])).size).toBe(6);
    expect(() => foldsOf(twice, 7)).toThrow("'mood' has 6");
    const template = { taskname: 'mood', prompt_template: '<|VIRTUAL_PROMPT_0|>{label}', answer_field: 'label' };
    const file = writeProject(
      { task_templates: [template] },
      { 'train.jsonl': ['a', 'a', 'b'].map((l) => row('', l)) },
    );
    expect(heldTexts(await planTraining(await open(file), []), 3)).toEqual([[''], [''], ['']]);
  });
});
