import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { DivergedError, FileError } from '../../../engine/src/errors.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { readPromptTable } from '../../../engine/src/prompt/prompt-table.ts';
import { BackboneStep, type Stepper, type StepResult } from '../../../engine/src/train/backbone-step.ts';
import { loadCheckpoint } from '../../../engine/src/train/checkpoint.ts';
import { planTraining } from '../../../engine/src/train/plan.ts';
import { RunFolder } from '../../../engine/src/train/run-folder.ts';
import { train } from '../../../engine/src/train/train.ts';
import type { DoneEvent, EpochEvent, TrainEvent } from '../../../protocol/src/training-events.ts';
import { liveSessions } from '../predict/live-sessions.ts';
import {
  BOTH_TASKS,
  checkpointOf,
  type Json,
  metrics,
  open,
  recordOf,
  rewriteProject,
  runs,
  stepsOf,
  tableBytes,
  tablePath,
  trainProject,
  withFixedDate,
  withTrainer,
  writeLongAnswers,
  writeProject,
  writeUnlearntAnswers,
} from './small-project.ts';

withFixedDate();

const epochs = (events: readonly TrainEvent[]) =>
  events.filter((event): event is EpochEvent => event.event === 'epoch');
const doneOf = (events: readonly TrainEvent[]) => events.at(-1) as DoneEvent;

describe('a run', () => {
  it('tells its start, every step, every epoch and its end', async () => {
    const { events, plan } = await trainProject(writeProject());
    expect(events.map(({ event }) => event)).toEqual([
      'start',
      'estimate',
      ...['step', 'step', 'step', 'epoch'],
      ...['step', 'step', 'step', 'epoch'],
      'done',
    ]);
    expect(events[0]).toMatchObject({ tasks: ['mood'], train_rows: 10, validation_rows: 5, steps: 6, from_step: 0 });
    expect(stepsOf(events)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(plan.totalSteps).toBe(6);
    expect(metrics(runs(plan.project.path)[0]!)).toEqual(JSON.parse(JSON.stringify(events.slice(2, -1))));
    expect(recordOf(plan.project.path)).toMatchObject({ state: 'done', tasks: ['mood'] });
  });

  it('leaves no session behind', async () => {
    const live = liveSessions();
    const during: number[] = [];
    const file = writeProject();
    const plan = await planTraining(await open(file), []);
    for await (const { event } of train(plan, { resume: false, stopRequested: () => undefined }))
      if (event === 'step') during.push(live.size);
    // Of the encoder, forward and backward, and of the backbone.
    expect(Math.min(...during)).toBeGreaterThanOrEqual(3);
    expect(live.size).toBe(0);
  });

  it('says at its start, and only then, that all of it will be its warm-up', async () => {
    const file = writeProject({ optim: { sched: { warmup_steps: 6 } } });
    const isNotice = ({ event }: TrainEvent) => event === 'notice';
    const { events } = await trainProject(file, { stopAfter: 1 });
    expect(events.filter(isNotice)).toEqual([
      { event: 'notice', message: expect.stringMatching(/^with 6 steps and "warmup_steps": 6 the learning rate will/) },
    ]);
    expect((await trainProject(file, { resume: true })).events.some(isNotice)).toBe(false);
    const { events: longEnough } = await trainProject(writeProject({ optim: { sched: { warmup_steps: 5 } } }));
    expect(longEnough.some(isNotice)).toBe(false);
  });

  it('says at its start that answers are longer than what is generated', async () => {
    const { events } = await trainProject(writeLongAnswers(), { stopAfter: 1 });
    expect(events).toContainEqual({
      event: 'notice',
      message: expect.stringMatching(/^'echo': 3 of 4 answers have more than 64 tokens/),
    });
  });

  it('says at its start that answers have what the model cannot write, where it is to write them', async () => {
    const { events } = await trainProject(writeUnlearntAnswers(), { stopAfter: 1 });
    const message = expect.stringMatching(/^'echo': answers have "\\n", which this model has hardly met/);
    expect(events).toContainEqual({ event: 'notice', message });
    const chosen = writeUnlearntAnswers({ labels: { 'a\nb0': [], 'a\nb1': [] } });
    const { events: scored } = await trainProject(chosen, { stopAfter: 1 });
    expect(scored).not.toContainEqual({ event: 'notice', message });
  });

  it('is not begun where its prompts could not be kept at its end', async () => {
    const file = writeProject({ prompt_table: 'none/small.prompts.safetensors' });
    await expect(trainProject(file)).rejects.toThrow(/small\.prompts\.safetensors: cannot be written: its folder does/);
    expect(existsSync(path.join(path.dirname(file), '.ptask'))).toBe(false);
    vi.stubEnv('SOURCE_DATE_EPOCH', 'yesterday');
    await expect(trainProject(writeProject())).rejects.toThrow("SOURCE_DATE_EPOCH is 'yesterday'");
    vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000');
    const locked = writeProject();
    mkdirSync(`${tablePath(locked)}.lock`);
    let time = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 1e6));
    await expect(trainProject(locked)).rejects.toThrow(/cannot be locked/);
    clock.mockRestore();
    expect(existsSync(path.join(path.dirname(locked), '.ptask'))).toBe(false);
  });

  it('makes a checkpoint, bit for bit the same for the same seed, and another for another', async () => {
    const checkpoint = async (keys: Json) => {
      const file = writeProject(keys);
      await trainProject(file, { stopAfter: 5 });
      return readFileSync(checkpointOf(file));
    };
    const first = await checkpoint(BOTH_TASKS);
    expect(await checkpoint(BOTH_TASKS)).toEqual(first);
    const other = { ...BOTH_TASKS, ...withTrainer({ seed: 8 }) };
    expect(await checkpoint(other)).not.toEqual(first);
    const withoutDropout = { ...BOTH_TASKS, p_tuning: { ...(BOTH_TASKS.p_tuning as Json), dropout: 0 } };
    expect(await checkpoint(withoutDropout)).not.toEqual(first);
  });

  it('gives every task of its file a prompt, each of its own length', async () => {
    const file = writeProject(BOTH_TASKS);
    const { events } = await trainProject(file);
    const table = await readPromptTable(tablePath(file));
    expect([...table].map(([name, prompt]) => [name, prompt.virtualTokens]).sort()).toEqual([
      ['echo', 5],
      ['mood', 3],
    ]);
    expect(Object.keys(doneOf(events).tasks)).toEqual(['mood', 'echo']);
    // Its rows without validation data have no metrics to show.
    expect(doneOf(events).tasks.echo!.validation).toBeUndefined();
    expect(table.get('mood')!.record).toMatchObject({ seed: 7, template: { taskname: 'mood' } });
  });

  it('leaves the prompts of other tasks byte for byte as they were', async () => {
    const file = writeProject();
    await trainProject(file);
    const before = (await readPromptTable(tablePath(file))).get('mood')!;
    rewriteProject(file, { existing_tasks: ['mood'], new_tasks: ['echo'], data: { train_ds: ['echo.jsonl'] } });
    await trainProject(file);
    const table = await readPromptTable(tablePath(file));
    expect(table.get('mood')).toEqual(before);
    expect(table.get('echo')!.virtualTokens).toBe(5);
  });

  it.each(['lstm', 'mlp', 'tpmlp', 'residual', 'embedding'])('learns its rows with the encoder %s', async (type) => {
    const keys = {
      p_tuning: { encoder_type: type, encoder_hidden: 8 },
      optim: { lr: type === 'embedding' ? 0.3 : 0.02, sched: { name: 'constant', warmup_steps: 0 } },
      ...withTrainer({ max_epochs: 4 }),
    };
    const losses = epochs((await trainProject(writeProject(keys))).events).map(({ train_loss }) => train_loss);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });
});

describe('an epoch', () => {
  interface Step {
    /** Each row's tokens, in the order in which they came. */
    readonly rows: readonly string[];
    readonly virtual: readonly number[];
    readonly result: StepResult;
  }

  /** Trains, and takes down what each step asked of the backbone. */
  async function stepsTaken(file: string): Promise<{ steps: Step[]; events: readonly TrainEvent[] }> {
    const { backbone } = await open(file);
    const real = new BackboneStep(backbone);
    const predictor = new Predictor(backbone);
    const steps: Step[] = [];
    const stepper: Stepper = {
      run: async (batch, virtual) => {
        const result = await real.run(batch, virtual);
        steps.push({ rows: batch.map(({ row }) => row.ids.join()), virtual: [...virtual.get('mood')!], result });
        return result;
      },
      loss: (batch, virtual) => real.loss(batch, virtual),
      release: async () => undefined,
    };
    const { events } = await trainProject(file, { beside: { backbone: stepper, predictor } });
    await real.release();
    await predictor.release();
    return { steps, events };
  }

  /** A step an epoch, of all rows, with a prompt that does not change but by dropout. */
  const still = (dropout: number): Json => ({
    p_tuning: { encoder_type: 'lstm', num_layers: 2, encoder_hidden: 8, dropout },
    optim: { lr: 1e-30, weight_decay: 0, sched: { name: 'constant', warmup_steps: 0 } },
    ...withTrainer({ batch_size: 10 }),
  });

  it('has every row once, in an order of its own', async () => {
    const [first, second, ...more] = (await stepsTaken(writeProject(still(0)))).steps;
    expect(more).toEqual([]);
    expect(new Set(first!.rows).size).toBe(10);
    expect([...second!.rows].sort()).toEqual([...first!.rows].sort());
    expect(second!.rows).not.toEqual(first!.rows);
    expect(second!.virtual).toEqual(first!.virtual);
  });

  it('drops others out than the epoch before', async () => {
    const [first, second] = (await stepsTaken(writeProject(still(0.3)))).steps;
    expect(second!.virtual).not.toEqual(first!.virtual);
  });

  it('has the mean loss of its target tokens, not of its steps', async () => {
    const { steps, events } = await stepsTaken(writeProject());
    const perEpoch = [steps.slice(0, 3), steps.slice(3)].map((own) => own.map(({ result }) => result));
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    for (const [i, results] of perEpoch.entries()) {
      const tokens = sum(results.map(({ targets }) => targets));
      const loss = sum(results.map(({ loss, targets }) => loss * targets)) / tokens;
      const ofSteps = sum(results.map((result) => result.loss)) / 3;
      expect(epochs(events)[i]!.train_loss).toBeCloseTo(loss, 10);
      expect(Math.abs(ofSteps - loss)).toBeGreaterThan(1e-6);
    }
  });
});

describe('a run in 8-bit products', () => {
  const losses = (events: readonly TrainEvent[]) =>
    events.flatMap((event) => (event.event === 'step' ? [event.loss] : []));

  it('goes nearly as one in single precision does', async () => {
    const single = losses((await trainProject(writeProject(withTrainer({})))).events);
    const { events } = await trainProject(writeProject(withTrainer({ precision: 'int8' })));
    const int8 = losses(events);
    expect(int8).not.toEqual(single);
    const { precision } = doneOf(events);
    expect(precision!.rows).toBe(5);
    expect(precision!.loss).not.toBe(precision!.float32_loss);
    expect(Math.abs(precision!.loss - precision!.float32_loss)).toBeLessThan(0.1);
    const apart = int8.map((loss, step) => Math.abs(loss - single[step]!));
    expect(Math.max(...apart)).toBeLessThan(0.02);
  });

  it('is refused on a GPU', async () => {
    const plan = await planTraining(await open(writeProject(withTrainer({ precision: 'int8' }))), []);
    const run = train(plan, { resume: false, stopRequested: () => undefined, session: { provider: 'webgpu' } });
    await expect(run.next()).rejects.toThrow('int8 is for the CPU, not for webgpu');
    expect(existsSync(path.join(path.dirname(plan.project.path), '.ptask'))).toBe(false);
  });
});

describe('a run that is cancelled', () => {
  it('keeps the best prompt so far, and nothing goes on from it', async () => {
    const file = writeProject();
    const { events } = await trainProject(file, { stopAfter: 4, how: 'cancel' });
    expect(events.at(-1)).toMatchObject({ event: 'cancelled', step: 4, tasks: { mood: { best_epoch: 1 } } });
    expect((await readPromptTable(tablePath(file))).get('mood')!.virtualTokens).toBe(3);
    expect(recordOf(file).state).toBe('cancelled');
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 0 });
  });

  it('keeps it, too, when that is in a validation, which does not end first', async () => {
    const file = writeProject();
    let asked = 0;
    // Before the loss of the second validation.
    const { events } = await trainProject(file, { stopRequested: () => (++asked >= 17 ? 'cancel' : undefined) });
    expect(events.at(-1)).toMatchObject({ event: 'cancelled', step: 6, tasks: { mood: { best_epoch: 1 } } });
    expect(events.filter(({ event }) => event === 'epoch')).toHaveLength(1);
    expect(recordOf(file).state).toBe('cancelled');
  });

  it('leaves the prompt table as it is before the first epoch has ended', async () => {
    const file = writeProject();
    const { events, table } = await trainProject(file, { stopAfter: 2, how: 'cancel' });
    expect(events.at(-1)).toMatchObject({ event: 'cancelled', step: 2, tasks: {} });
    expect(table).toBeUndefined();
  });
});

describe('the prompt that is kept', () => {
  const wild = { optim: { lr: 3, sched: { name: 'constant', warmup_steps: 0 } } };

  it('is the best by validation, not the last, and early stopping ends the run', async () => {
    const keys = { ...wild, ...withTrainer({ max_epochs: 30, early_stopping: { patience: 3 } }) };
    const file = writeProject(keys);
    const { events, plan } = await trainProject(file);
    const losses = epochs(events).map(({ validation_loss }) => validation_loss!);
    const best = losses.indexOf(Math.min(...losses));
    expect(doneOf(events)).toMatchObject({ stopped_early: true, epochs: best + 1 + 3 });
    expect(doneOf(events).tasks.mood!.best_epoch).toBe(best + 1);
    expect(
      epochs(events)
        .filter((epoch) => epoch.best)
        .at(-1)!.epoch,
    ).toBe(best + 1);
    expect(best + 1).toBeLessThan(losses.length);
    // Where it would have stopped in its last epoch anyway, it did not stop early.
    const short = withTrainer({ max_epochs: losses.length, early_stopping: { patience: 3 } });
    const asLong = await trainProject(writeProject({ ...wild, ...short }));
    expect(doneOf(asLong.events)).toMatchObject({ stopped_early: false, epochs: losses.length });
    const { embeddings } = (await readPromptTable(tablePath(file))).get('mood')!;
    const again = await planTraining(plan.project, []);
    const rows = Array.from({ length: again.validation.size }, (_, n) => again.validation.tokens(n));
    const step = new BackboneStep(plan.project.backbone);
    const { loss } = await step.loss(
      rows.map((row) => ({ taskname: 'mood', row })),
      new Map([['mood', embeddings]]),
    );
    await step.release();
    expect(Math.abs(loss - losses[best]!)).toBeLessThan(1e-5);
  });

  it('may be chosen by accuracy', async () => {
    const { events } = await trainProject(
      writeProject({ ...wild, ...withTrainer({ max_epochs: 5, val_metric: 'accuracy' }) }),
    );
    const accuracies = epochs(events).map(({ validation }) => validation.mood!.accuracy!);
    expect(doneOf(events).tasks.mood!.best_epoch).toBe(accuracies.indexOf(Math.max(...accuracies)) + 1);
  });

  it('may be chosen by the F1 of words, and of tasks with labels by accuracy', async () => {
    const data = { train_ds: ['train.jsonl', 'echo.jsonl'], validation_ds: ['validation.jsonl', 'test-echo.jsonl'] };
    const rows = Array.from({ length: 5 }, (_, n) => ({ taskname: 'echo', text: `t${n}`, answer: `t${n} u` }));
    const keys = { ...BOTH_TASKS, ...wild, data, ...withTrainer({ max_epochs: 6, val_metric: 'word_f1' }) };
    const { events } = await trainProject(writeProject(keys, { 'test-echo.jsonl': rows }));
    const values = epochs(events).map(({ validation: { mood, echo } }) => (mood!.accuracy! + echo!.word_f1!) / 2);
    expect(doneOf(events).best_value).toBeCloseTo(Math.max(...values), 12);
    expect(doneOf(events).tasks.echo).toMatchObject({ best_epoch: values.indexOf(Math.max(...values)) + 1 });
  });

  it('is the last one without validation data', async () => {
    const keys = {
      optim: { lr: 300, sched: { name: 'constant', warmup_steps: 0 } },
      virtual_prompt_style: 'prompt-tuning',
      data: { train_ds: ['train.jsonl'] },
      ...withTrainer({ max_epochs: 4, early_stopping: { patience: 1 } }),
    };
    const file = writeProject(keys);
    const { events } = await trainProject(file);
    expect(doneOf(events)).toMatchObject({ epochs: 4, stopped_early: false, tasks: { mood: { best_epoch: 4 } } });
    expect(epochs(events).map(({ validation_loss }) => validation_loss)).toEqual([null, null, null, null]);
    // At this rate, each is the one to keep, though the loss of some is higher than that of the one before.
    const losses = epochs(events).map(({ train_loss }) => train_loss);
    expect(losses.some((loss, epoch) => epoch > 0 && loss > Math.min(...losses.slice(0, epoch)))).toBe(true);
    expect(epochs(events).map(({ best }) => best)).toEqual([true, true, true, true]);
    const { tensors } = await loadCheckpoint(checkpointOf(file));
    const parameters = [...tensors].filter(([name]) => name.startsWith('parameters.'));
    expect(parameters).toHaveLength(1);
    // In prompt tuning the parameters are the prompt.
    expect((await readPromptTable(tablePath(file))).get('mood')!.embeddings).toEqual(parameters[0]![1].data);
  });

  it('is the last one of a task without validation rows, whatever the other tasks of the run have', async () => {
    const keys = {
      ...BOTH_TASKS,
      ...wild,
      ...withTrainer({ max_epochs: 8, val_metric: 'accuracy' }),
      virtual_prompt_style: 'prompt-tuning',
    };
    const file = writeProject(keys);
    const { tasks } = doneOf((await trainProject(file)).events);
    expect(tasks.echo!.best_epoch).toBe(8);
    expect(tasks.mood!.best_epoch).toBeLessThan(8);
    const { tensors } = await loadCheckpoint(checkpointOf(file));
    const last = (task: string) => [...tensors].find(([name]) => name === `parameters.embedding.${task}`)![1].data;
    const table = await readPromptTable(tablePath(file));
    expect(table.get('echo')!.embeddings).toEqual(last('echo'));
    expect(table.get('echo')!.record).toMatchObject({ metrics: { epoch: 8, validation: null } });
    expect(table.get('mood')!.embeddings).not.toEqual(last('mood'));
  });
});

describe('a run whose record cannot be written', () => {
  const full = () => FileError.from('run.json', 'written', Object.assign(new Error(), { code: 'ENOSPC' }));

  it.each([
    ['done', {}],
    ['stopped', { stopAfter: 2, how: 'pause' }],
    ['cancelled', { stopAfter: 4, how: 'cancel' }],
  ] as const)('says so when it is %s, and comes to its end', async (how, stop) => {
    const file = writeProject();
    const setState = vi.spyOn(RunFolder.prototype, 'setState').mockRejectedValue(full());
    const { events, table } = await trainProject(file, stop);
    expect(setState).toHaveBeenCalledWith(how);
    expect(events.slice(-2)).toMatchObject([
      { event: 'notice', message: 'run.json: cannot be written: the disk is full; the run is listed as stopped' },
      { event: how },
    ]);
    expect(table === undefined).toBe(how === 'stopped');
  });

  it('leaves no folder where it cannot be begun', async () => {
    const file = writeProject();
    vi.spyOn(RunFolder.prototype as unknown as { write: () => Promise<void> }, 'write').mockRejectedValue(full());
    await expect(trainProject(file)).rejects.toThrow('the disk is full');
    expect(readdirSync(path.join(path.dirname(file), '.ptask/runs'))).toEqual([]);
  });

  it('can go on later where it cannot now', async () => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 2 });
    vi.spyOn(RunFolder.prototype, 'setState').mockRejectedValueOnce(full());
    await expect(trainProject(file, { resume: true })).rejects.toThrow('the disk is full');
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 2 });
  });

  it('says what stands in the place of its folder', async () => {
    const file = writeProject();
    const place = path.join(path.dirname(file), '.ptask/runs');
    mkdirSync(path.dirname(place));
    writeFileSync(place, '');
    await expect(trainProject(file)).rejects.toThrow(`${place}: cannot be written: something else has its name`);
  });
});

describe('a run that diverges', () => {
  it('says so, though that cannot be written', async () => {
    const file = writeProject({ optim: { lr: 1e30, sched: { name: 'constant', warmup_steps: 0 } } });
    const full = FileError.from('run.json', 'written', Object.assign(new Error(), { code: 'ENOSPC' }));
    vi.spyOn(RunFolder.prototype, 'setState').mockRejectedValue(full);
    const error = await trainProject(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(/no epoch had ended.*; run\.json: cannot be written: the disk is full$/);
  });

  const absurd = { lr: 1e30, sched: { name: 'constant', warmup_steps: 0 } };

  it('says at which step, and leaves the prompt table as it was', async () => {
    const file = writeProject({ new_tasks: ['echo'], data: { train_ds: ['echo.jsonl'] } });
    const { table } = await trainProject(file);
    rewriteProject(file, { existing_tasks: ['echo'], optim: absurd });
    const error = await trainProject(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    // The first step makes the parameters absurd, the second meets them.
    expect((error as DivergedError).step).toBe(2);
    expect((error as Error).message).toMatch(/at step 2; try a lower learning rate; no epoch had ended/);
    expect(tableBytes(file)).toEqual(table);
    expect(recordOf(file).state).toBe('failed');
    expect(stepsOf(metrics(runs(file).at(-1)!))).toEqual([1]);
  });

  it.each([
    ['with', ['validation.jsonl']],
    ['without', []],
  ])('in the last step of an epoch says so, %s validation data', async (_, validation_ds) => {
    const file = writeProject({
      optim: absurd,
      data: { train_ds: ['train.jsonl'], validation_ds },
      ...withTrainer({ batch_size: 10 }),
    });
    const error = await trainProject(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as DivergedError).step).toBe(1);
    expect(tableBytes(file)).toBeUndefined();
  });

  it('stops at a gradient that is no number, though the loss is one', async () => {
    const run = BackboneStep.prototype.run;
    let steps = 0;
    vi.spyOn(BackboneStep.prototype, 'run').mockImplementation(async function (this: BackboneStep, ...args) {
      const result = await run.apply(this, args);
      if (++steps === 2) for (const gradient of result.dVirtual.values()) gradient[0] = Number.NaN;
      return result;
    });
    const file = writeProject();
    const error = await trainProject(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(/the gradient is not a finite number at step 2/);
    expect(stepsOf(metrics(runs(file).at(-1)!))).toEqual([1]);
    const { tensors } = await loadCheckpoint(checkpointOf(file)).catch(() => ({ tensors: new Map() }));
    expect([...tensors.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  it('stops at a validation loss that is no number', async () => {
    vi.spyOn(BackboneStep.prototype, 'loss').mockResolvedValue({ loss: Number.NaN, targets: 1 });
    const file = writeProject();
    const error = await trainProject(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(/the validation loss is not a finite number at step 3/);
    expect(tableBytes(file)).toBeUndefined();
  });

  it('keeps the best prompt that it had', async () => {
    const file = writeProject({ optim: { lr: 0.02, sched: { name: 'constant', warmup_steps: 0 } } });
    const plan = await planTraining(await open(file), []);
    const run = async () => {
      for await (const event of train(plan, { resume: false, stopRequested: () => undefined })) {
        // As if the rate had been absurd from the second epoch on.
        if (event.event === 'epoch') plan.project.file.optim.lr = 1e30;
      }
    };
    const error = await run().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(/at step 5; .*; the prompt of epoch 1 is kept/);
    const kept = (await readPromptTable(tablePath(file))).get('mood')!;
    const best = (await readPromptTable(path.join(runs(file)[0]!, 'best.prompts.safetensors'))).get('mood')!;
    expect(kept).toEqual(best);
    expect(kept.embeddings.every(Number.isFinite)).toBe(true);
    // It is over, and not to be resumed.
    plan.project.file.optim.lr = 0.02;
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 0 });
  });
});
