import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { BusyError, FileError, InputError } from '../../../engine/src/errors.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../engine/src/train/checkpoint.ts';
import { planTraining } from '../../../engine/src/train/plan.ts';
import { RunFolder } from '../../../engine/src/train/run-folder.ts';
import { train } from '../../../engine/src/train/train.ts';
import { TrainingState } from '../../../engine/src/train/training-state.ts';
import type { DoneEvent, TrainEvent } from '../../../protocol/src/training-events.ts';
import { HAS_LINKS } from '../has-links.ts';
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
  type Trained,
  tableBytes,
  tablePath,
  trainProject,
  withFixedDate,
  withTrainer,
  writeProject,
} from './small-project.ts';

withFixedDate();

/** A trainer whose process dies right after so many steps. */
async function trainAndDie(file: string, afterSteps: number): Promise<void> {
  const plan = await planTraining(await open(file), []);
  let steps = 0;
  for await (const event of train(plan, { resume: false, stopRequested: () => undefined })) {
    if (event.event === 'step' && ++steps === afterSteps) break;
  }
}

let whole: Promise<Trained> | undefined;
/** A run of the same project that nothing disturbs. */
const undisturbed = () => (whole ??= trainProject(writeProject()));

describe('a run that was stopped and resumed', () => {
  it('ends with the bytes of one that was not, before, within and between epochs', async () => {
    const { table, events } = await undisturbed();
    for (const stopAfter of [0, 1, 3, 5]) {
      const file = writeProject();
      const first = await trainProject(file, { stopAfter });
      expect(first.events.at(-1)).toMatchObject({ event: 'stopped', step: stopAfter });
      expect(recordOf(file).state).toBe('stopped');
      expect(first.table).toBeUndefined();
      const second = await trainProject(file, { resume: true });
      expect(second.events[0]).toMatchObject({ from_step: stopAfter });
      expect(second.table).toEqual(table);
      expect(runs(file)).toHaveLength(1);
      const told = metrics(runs(file)[0]!).map(({ rows_per_s: _, ...rest }) => rest);
      const undisturbed = events.slice(2, -1).map((event) => {
        const { rows_per_s: _, ...rest } = { rows_per_s: 0, ...event } as unknown as Json;
        return rest;
      });
      expect(told).toEqual(undisturbed);
    }
  });

  // A step asks twice, a validation four times: before each, and before the backbone is run for it.
  it.each([
    ['in a step', 2, 0, 0],
    ['in a validation, before its loss', 8, 3, 0],
    ['in a validation, before its predictions', 9, 3, 0],
    ['in the last validation', 18, 6, 1],
    ['in what is measured in the end', 20, 6, 2],
  ])('ends with them when asked to stop %s', async (_, at, step, epochs) => {
    const { table, events } = await undisturbed();
    const file = writeProject();
    let asked = 0;
    const first = await trainProject(file, { stopRequested: () => (++asked >= at ? 'pause' : undefined) });
    expect(first.events.at(-1)).toMatchObject({ event: 'stopped', step });
    expect(first.events.filter(({ event }) => event === 'epoch')).toHaveLength(epochs);
    // What is measured in the end is that of prompts which are in the table.
    expect(first.table).toEqual(epochs === 2 ? table : undefined);
    expect(recordOf(file).state).toBe('stopped');
    const second = await trainProject(file, { resume: true });
    expect(second.events.at(-1)).toMatchObject({ event: 'done', tasks: (events.at(-1) as DoneEvent).tasks });
    expect(second.table).toEqual(table);
    const told = metrics(runs(file)[0]!).map((event) => event.step ?? `epoch ${event.epoch}`);
    expect(told).toEqual([1, 2, 3, 'epoch 1', 4, 5, 6, 'epoch 2']);
  });

  it('has taken no step when asked to stop before what a step takes is measured', async () => {
    const file = writeProject(withTrainer({ max_epochs: 4 }));
    const { events } = await trainProject(file, { stopRequested: () => 'pause' });
    expect(events.map(({ event }) => event)).toEqual(['start', 'stopped']);
  });

  it('ends with them when stopped again and again, with dropout and several tasks', async () => {
    const { table } = await trainProject(writeProject(BOTH_TASKS));
    const file = writeProject(BOTH_TASKS);
    let last: TrainEvent | undefined;
    for (let n = 0; last?.event !== 'done'; n++) {
      last = (await trainProject(file, { resume: n > 0, stopAfter: 3 })).events.at(-1);
      expect(n).toBeLessThan(8);
    }
    expect(tableBytes(file)).toEqual(table);
  });

  it.each([1, 4])('ends with them when its process died after step %i', async (afterSteps) => {
    const { table } = await undisturbed();
    const file = writeProject();
    await trainAndDie(file, afterSteps);
    expect(recordOf(file).state).toBe('running');
    // The line that the process was writing when it died.
    appendFileSync(path.join(runs(file)[0]!, 'metrics.jsonl'), '{"event":"step","step":99,"ep');
    const resumed = await trainProject(file, { resume: true });
    // After step 4 there is the checkpoint of epoch 1.
    expect(resumed.events[0]).toMatchObject({ from_step: afterSteps < 3 ? 0 : 3 });
    expect(resumed.table).toEqual(table);
    const told = metrics(runs(file)[0]!);
    expect(stepsOf(told)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(told.filter(({ event }) => event === 'epoch').map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('ends with them when its process died within an epoch, and goes on from what was saved there after ten seconds', async () => {
    const { table } = await undisturbed();
    const file = writeProject();
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 11_000));
    await trainAndDie(file, 2);
    vi.restoreAllMocks();
    const resumed = await trainProject(file, { resume: true });
    expect(resumed.events[0]).toMatchObject({ from_step: 1 });
    expect(resumed.table).toEqual(table);
  });

  it.each(['addMetrics', 'saveCheckpoint'] as const)(
    'has told each epoch once when %s failed at its end',
    async (step) => {
      const { table } = await undisturbed();
      const file = writeProject();
      const real = RunFolder.prototype[step] as (this: RunFolder, argument: never) => Promise<void>;
      vi.spyOn(RunFolder.prototype, step).mockImplementation(async function (this: RunFolder, argument: unknown) {
        const fails = step === 'saveCheckpoint' || (argument as TrainEvent).event === 'epoch';
        if (fails) throw FileError.from('metrics', 'written', Object.assign(new Error(), { code: 'ENOSPC' }));
        await real.call(this, argument as never);
      });
      await expect(trainProject(file)).rejects.toThrow('the disk is full');
      vi.restoreAllMocks();
      expect((await trainProject(file, { resume: true })).table).toEqual(table);
      const told = metrics(runs(file)[0]!);
      expect(told.map((event) => event.step ?? `epoch ${event.epoch}`)).toEqual([
        1,
        2,
        3,
        'epoch 1',
        4,
        5,
        6,
        'epoch 2',
      ]);
    },
  );

  it('only has its prompt to write when it died after its last epoch', async () => {
    const { table } = await undisturbed();
    const file = writeProject();
    vi.spyOn(RunFolder.prototype, 'setState').mockRejectedValueOnce(new Error('died'));
    await expect(trainProject(file)).rejects.toThrow('died');
    rmSync(tablePath(file));
    const { events } = await trainProject(file, { resume: true });
    expect(events.map(({ event }) => event)).toEqual(['start', 'done']);
    expect(tableBytes(file)).toEqual(table);
  });

  it('ends with them in a folder that has got another name since', async () => {
    const { table } = await undisturbed();
    const file = writeProject();
    await trainProject(file, { stopAfter: 2 });
    const folder = `${path.dirname(file)}-renamed`;
    renameSync(path.dirname(file), folder);
    const resumed = await trainProject(path.join(folder, path.basename(file)), { resume: true });
    expect(resumed.events[0]).toMatchObject({ from_step: 2 });
    expect(resumed.table).toEqual(table);
  });

  it('is a new run where the last has ended, or is of other tasks', async () => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 2 });
    rewriteProject(file, { new_tasks: ['echo'], data: { train_ds: ['echo.jsonl'] } });
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 0, tasks: ['echo'] });
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 0, tasks: ['echo'] });
    rewriteProject(file, {});
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 2, tasks: ['mood'] });
    expect(runs(file)).toHaveLength(3);
  });

  it.each<[string, (file: string) => void]>([
    ['settings', (file) => rewriteProject(file, { optim: { lr: 0.03 } })],
    ['a seed', (file) => rewriteProject(file, withTrainer({ seed: 8 }))],
    ['data', (file) => appendFileSync(path.join(path.dirname(file), 'train.jsonl'), '\n')],
    ['validation data', (file) => appendFileSync(path.join(path.dirname(file), 'validation.jsonl'), '\n')],
    [
      'a record',
      (file) => {
        const record = path.join(runs(file)[0]!, 'run.json');
        writeFileSync(record, JSON.stringify({ ...recordOf(file), plan: 'another' }));
      },
    ],
  ])('is refused with other %s', async (_, change) => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 0 });
    change(file);
    const error = await trainProject(file, { resume: true }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(/cannot be resumed: .* have changed/);
    expect(runs(file)).toHaveLength(1);
  });

  it('is refused while another process is at it', async () => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 2 });
    const lock = `${path.join(runs(file)[0]!, 'run.json')}.lock`;
    writeFileSync(lock, JSON.stringify({ pid: process.ppid, host: hostname(), token: 'another' }));
    // So that nobody has to wait until patience is at its end.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 60_000));
    const error = await trainProject(file, { resume: true }).catch((reason: unknown) => reason);
    vi.restoreAllMocks();
    expect(error).toBeInstanceOf(BusyError);
    expect((error as Error).message).toContain(`going on in process ${process.ppid}`);
    rmSync(lock);
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 2 });
  });

  it('is none where another process has brought it to its end while its lock was waited for', async () => {
    const file = writeProject();
    const { plan } = await trainProject(file, { stopAfter: 2 });
    const find = () => RunFolder.findUnfinished(file, ['mood'], plan.hash);
    const other = (await find())!;
    const waiting = find();
    await other.setState('done');
    await other.release();
    expect(await waiting).toBeUndefined();
  });

  it('is refused when its numbers cannot be read, which stay as they are', async () => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 2 });
    const numbers = path.join(runs(file)[0]!, 'metrics.jsonl');
    // So large a file can be replaced, but not be read; it takes no room.
    truncateSync(numbers, 2 ** 32);
    await expect(trainProject(file, { resume: true })).rejects.toBeInstanceOf(FileError);
    expect(statSync(numbers).size).toBe(2 ** 32);
  });

  it.runIf(HAS_LINKS).each(['metrics.jsonl', 'checkpoint.safetensors', 'best.prompts.safetensors'])(
    'is refused where its %s is a link, through which it would write to a file elsewhere',
    async (name) => {
      const file = writeProject();
      await trainProject(file, { stopAfter: 2 });
      const elsewhere = path.join(path.dirname(file), 'elsewhere');
      writeFileSync(elsewhere, 'as it was');
      const link = path.join(runs(file)[0]!, name);
      rmSync(link, { force: true });
      symlinkSync(elsewhere, link);
      await expect(trainProject(file, { resume: true })).rejects.toThrow(`${name}: is a link`);
      expect(readFileSync(elsewhere, 'utf8')).toBe('as it was');
    },
  );

  it('goes on where only something changed that the result does not depend on', async () => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 4 });
    rewriteProject(file, { examples: [{ taskname: 'mood', text: 'up' }] });
    expect((await trainProject(file, { resume: true })).events[0]).toMatchObject({ from_step: 4 });
  });

  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 9), 'broken checkpoint'],
    ['empty', () => Buffer.alloc(0), 'broken checkpoint'],
  ])('is refused when its checkpoint is %s', async (_, change, words) => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 0 });
    writeFileSync(checkpointOf(file), change(readFileSync(checkpointOf(file))));
    const error = await trainProject(file, { resume: true }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(words);
  });

  it('is refused when its checkpoint is of another encoder', async () => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 0 });
    const checkpoint = await loadCheckpoint(checkpointOf(file));
    const [name, tensor] = [...checkpoint.tensors][0]!;
    for (const changed of [
      new Map(),
      new Map([...checkpoint.tensors, [name, { shape: [1], data: tensor.data.slice(0, 1) }]]),
    ]) {
      await saveCheckpoint(checkpointOf(file), { ...checkpoint, tensors: changed });
      const error = await trainProject(file, { resume: true }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toContain('start a new run without --resume');
    }
  });

  it.each<[string, (progress: Json) => unknown]>([
    ['nothing', () => null],
    ['no progress', () => ({ optimiserStep: 4 })],
    ['an epoch after the last, at which it would never end', (progress) => ({ progress: { ...progress, epoch: 1e9 } })],
    ['a batch after the last of its epoch', (progress) => ({ progress: { ...progress, step: 1003, batch: 1000 } })],
    ['a step that is no number', (progress) => ({ progress: { ...progress, step: 'x' } })],
    ['other steps of the optimiser', (progress) => ({ progress, optimiserStep: 3 })],
    ['nothing of early stopping', (progress) => ({ progress: { ...progress, stopping: null } })],
    ['no epochs of the prompts', (progress) => ({ progress: { ...progress, keptEpochs: {} } })],
    ['an end that is none', (progress) => ({ progress: { ...progress, finished: 'no' } })],
  ])('is refused when its checkpoint holds %s', async (_, change) => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 4 });
    const checkpoint = await loadCheckpoint(checkpointOf(file));
    const { progress } = checkpoint.state as { progress: Json };
    const changed = change(progress);
    const state = changed && { optimiserStep: 4, ...changed };
    await saveCheckpoint(checkpointOf(file), { ...checkpoint, state: state as typeof checkpoint.state });
    const error = await trainProject(file, { resume: true }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain('start a new run without --resume');
  });
});

describe('the state of a run', () => {
  it('is the same after it went through a checkpoint, before the first step and behind an epoch', async () => {
    for (const stopAfter of [0, 5]) {
      const file = writeProject(BOTH_TASKS);
      const { plan } = await trainProject(file, { stopAfter });
      const state = TrainingState.fromCheckpoint(plan, await loadCheckpoint(checkpointOf(file)));
      const copy = `${checkpointOf(file)}.copy`;
      await saveCheckpoint(copy, state.toCheckpoint(plan));
      expect(readFileSync(copy)).toEqual(readFileSync(checkpointOf(file)));
      expect(state.progress.step).toBe(stopAfter);
    }
  });
});
