import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { isProcessAlive } from '../../engine/src/process-alive.ts';
import type { TrainParams } from '../../protocol/src/training.ts';
import type { TrainEvent } from '../../protocol/src/training-events.ts';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { ENGINE, ENGINE_ENV, Engine, faultOf } from './engine.ts';
import { ptask, readTable, writeProject } from './ptask.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const EPOCHS = 12;
const CHANGES = { trainer: { max_epochs: EPOCHS, batch_size: 8, early_stopping: null } };

const asked = (file: string, changes: Partial<TrainParams> = {}): TrainParams => ({
  token: 'run',
  file,
  tasknames: [],
  resume: false,
  device: 'auto',
  ...changes,
});

/** Resolves when so many epochs are done. */
const epochs = (engine: Engine, count: number) => engine.next('training', ({ progress }) => progress.epoch > count);

const runsOf = (dir: string) => new Engine('predict').request('runs', { folders: [dir] });

let whole: Promise<Buffer> | undefined;
/** The prompt table of a run on the command line. */
const fromCommandLine = () =>
  (whole ??= (async () => {
    const dir = await temporaryFolder();
    const { code, stderr } = await ptask(['train', await writeProject(dir, CHANGES)]);
    expect(code, stderr).toBe(0);
    return readTable(dir);
  })());

describe('a training engine', () => {
  it('tells what the command line tells, and writes the same prompt table', async () => {
    const dir = await temporaryFolder();
    const engine = new Engine('train');
    const events: TrainEvent[] = [];
    engine.on('training', (told) => {
      expect(told.token).toBe('run');
      events.push(...told.events);
    });
    expect(await engine.next('ready')).toEqual({ role: 'train', pid: engine.child.pid, version: expect.any(String) });
    const result = await engine.request('train', asked(await writeProject(dir, CHANGES)));
    expect(result).toMatchObject({
      outcome: 'done',
      promptTable: path.join(dir, 't.prompts.safetensors'),
      tasks: [
        { taskname: 'kind', virtualTokens: 4, validation: { rows: 20 }, learning: { verdict: expect.any(String) } },
      ],
    });
    expect(events[0]).toMatchObject({ event: 'start', from_step: 0, steps: 10 * EPOCHS });
    expect(events.filter(({ event }) => event === 'step')).toHaveLength(10 * EPOCHS);
    expect(events.filter(({ event }) => event === 'epoch')).toHaveLength(EPOCHS);
    expect(events.at(-1)!.event).toBe('done');
    expect(await readTable(dir)).toEqual(await fromCommandLine());
    expect(engine.log).toContain('info: {"event":"done"');
    engine.notify('exit', {});
    expect(await engine.ended).toBe('0');
  });

  it('pauses, and another one resumes to the same bytes', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, CHANGES);
    const first = new Engine('train');
    const paused = first.request('train', asked(file));
    await epochs(first, 2);
    first.notify('stopTraining', { how: 'pause' });
    const result = await paused;
    expect(result).toMatchObject({ outcome: 'paused', step: expect.any(Number) });
    expect(existsSync(path.join(dir, 't.prompts.safetensors'))).toBe(false);
    expect((await runsOf(dir)).runs).toMatchObject([{ dir: result.run, state: 'stopped' }]);

    const second = new Engine('train');
    const start = second.next('training');
    const onward = asked(file, { resume: true, run: result.run });
    expect(await second.request('train', onward)).toMatchObject({ outcome: 'done' });
    expect((await start).events[0]).toMatchObject({
      event: 'start',
      from_step: result.outcome === 'paused' && result.step,
    });
    expect(await readTable(dir)).toEqual(await fromCommandLine());

    // The run has ended: asked for by name it is refused, where else a new one would begin.
    const late = await faultOf(new Engine('train').request('train', onward));
    expect(late.data.kind).toBe('input');
    expect(late.message).toContain(`${result.run} cannot be resumed`);
    expect((await runsOf(dir)).runs).toHaveLength(1);
  });

  it.each(['a message', 'withdrawing the request'])('keeps the best prompt when it is cancelled by %s', async (way) => {
    const dir = await temporaryFolder();
    const engine = new Engine('train');
    const withdrawn = new AbortController();
    const ended = engine.request('train', asked(await writeProject(dir, CHANGES)), withdrawn.signal);
    await epochs(engine, 1);
    if (way === 'a message') engine.notify('stopTraining', { how: 'cancel' });
    else withdrawn.abort();
    expect(await ended).toMatchObject({
      outcome: 'cancelled',
      tasks: [{ taskname: 'kind', bestEpoch: expect.any(Number) }],
    });
    expect(existsSync(path.join(dir, 't.prompts.safetensors'))).toBe(true);
    expect((await runsOf(dir)).runs).toMatchObject([{ state: 'cancelled', epochs: EPOCHS }]);
  });

  it('has one run in its life', async () => {
    const engine = new Engine('train');
    const file = await writeProject(await temporaryFolder(), CHANGES);
    const first = engine.request('train', asked(file));
    expect((await faultOf(engine.request('train', asked(file)))).data.kind).toBe('input');
    engine.notify('stopTraining', { how: 'cancel' });
    expect(await first).toMatchObject({ outcome: 'cancelled', tasks: [] });
  });
});

describe('bad input', () => {
  it('is told with its problems, and without a stack trace', async () => {
    const file = await writeProject(await temporaryFolder(), { new_tasks: ['kind', 'none'] });
    const { message, data } = await faultOf(new Engine('train').request('train', asked(file)));
    expect(message).toBe('nothing was run: 1 error');
    expect(data).toMatchObject({ kind: 'problems', problems: [{ file, code: 'task-without-template' }] });
    expect(data.details).toBeUndefined();
  });

  it.each([
    ['a file that is not there', 'none.ptask.json', {}, 'there is no such file'],
    [
      'a device that is not there',
      't.ptask.json',
      { device: process.platform === 'win32' ? ('coreml' as const) : ('dml' as const) },
      'cannot be used',
    ],
    ['a task that is not there', 't.ptask.json', { tasknames: ['none'] }, "no task 'none'"],
  ])('such as %s is a fault of the input', async (_, name, changes, words) => {
    const dir = await temporaryFolder();
    await writeProject(dir, CHANGES);
    const { message, data } = await faultOf(new Engine('train').request('train', asked(path.join(dir, name), changes)));
    expect(message).toContain(words);
    expect(data).toEqual({ kind: 'input' });
  });

  it('such as a learning rate that ruins the run is told, with the steps that it took', async () => {
    const optim = { lr: 1e30, sched: { name: 'constant', warmup_steps: 0 } };
    const engine = new Engine('train');
    const told: TrainEvent[] = [];
    engine.on('training', ({ events }) => told.push(...events));
    const { message, data } = await faultOf(
      engine.request('train', asked(await writeProject(await temporaryFolder(), { optim }))),
    );
    expect(message).toMatch(/^training diverged: .* at step 2;/);
    expect(data).toEqual({ kind: 'input' });
    expect(told.map(({ event }) => event)).toEqual(['start', 'estimate', 'step']);
  });
});

describe('when a process dies', () => {
  /** A client that starts a run and says its engine's process id. */
  const CLIENT = `
    const { fork } = require('node:child_process');
    const engine = fork(process.argv[1], ['train'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    engine.on('message', ({ method }) => method === 'training' && process.stdout.write(engine.pid + '\\n'));
    engine.send({ jsonrpc: '2.0', id: 1, method: 'train', params: JSON.parse(process.argv[2]) });
  `;

  it('the client, its engine pauses the run and ends too', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { trainer: { max_epochs: 3000, batch_size: 8, early_stopping: null } });
    const client = spawn(process.execPath, ['-e', CLIENT, ENGINE, JSON.stringify(asked(file))], { env: ENGINE_ENV });
    const pid = await new Promise<number>((resolve) =>
      client.stdout.once('data', (text) => resolve(Number.parseInt(text, 10))),
    );
    expect(isProcessAlive(pid)).toBe(true);
    client.kill('SIGKILL');
    for (let waited = 0; isProcessAlive(pid) && waited < 5_000; waited += 50) await sleep(50);
    expect(isProcessAlive(pid)).toBe(false);
    const [run] = await readdir(path.join(dir, '.ptask/runs'));
    const record = readFileSync(path.join(dir, '.ptask/runs', run!, 'run.json'), 'utf8');
    // Windows ends it before it has said so.
    expect(JSON.parse(record)).toMatchObject({ state: process.platform === 'win32' ? 'running' : 'stopped' });
    expect((await runsOf(dir)).runs).toMatchObject([{ state: 'stopped' }]);
  });

  // Windows has no signals.
  it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGHUP'] as const)(
    'an engine by %s, it has saved the run and given it back',
    async (signal) => {
      const dir = await temporaryFolder();
      const file = await writeProject(dir, { trainer: { max_epochs: 3000, batch_size: 8, early_stopping: null } });
      const engine = new Engine('train');
      void engine.request('train', asked(file)).catch(() => undefined);
      await epochs(engine, 1);
      engine.child.kill(signal);
      expect(await engine.ended).toBe('0');
      const [run] = await readdir(path.join(dir, '.ptask/runs'));
      const folder = path.join(dir, '.ptask/runs', run!);
      expect(JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8'))).toMatchObject({ state: 'stopped' });
      expect((await readdir(folder)).filter((name) => name.endsWith('.lock'))).toEqual([]);
    },
  );

  it('an engine by SIGKILL, its best prompt so far may be kept, and the run is resumed all the same', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, CHANGES);
    const engine = new Engine('train');
    const begun = engine.next('training', ({ events }) => events[0]?.event === 'start');
    void engine.request('train', asked(file)).catch(() => undefined);
    const [start] = (await begun).events;
    const run = start?.event === 'start' ? start.run : '';
    await epochs(engine, 3);
    engine.child.kill('SIGKILL');
    await engine.ended;
    const promptTable = path.join(dir, 't.prompts.safetensors');
    expect(existsSync(promptTable)).toBe(false);
    const kept = await new Engine('train').request('keepBestPrompts', { file, run });
    expect(kept).toEqual({ promptTable, bestEpochs: { kind: expect.any(Number) } });
    expect(await readTable(dir)).toEqual(readFileSync(path.join(run, 'best.prompts.safetensors')));
    await new Engine('train').request('train', asked(file, { resume: true, run }));
    expect(await readTable(dir)).toEqual(await fromCommandLine());
  });

  it('an engine by SIGKILL before the first epoch has ended, there is no prompt to keep', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, CHANGES);
    const kept = await new Engine('train').request('keepBestPrompts', { file, run: dir });
    expect(kept.bestEpochs).toEqual({});
    expect(existsSync(kept.promptTable)).toBe(false);
  });

  it('an engine by SIGKILL, the prompt table is whole and the run may be resumed', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { trainer: { max_epochs: 2, batch_size: 8 } });
    await new Engine('train').request('train', asked(file));
    const before = await readTable(dir);
    await writeProject(dir, CHANGES);
    const engine = new Engine('train');
    void engine.request('train', asked(file)).catch(() => undefined);
    await epochs(engine, 3);
    engine.child.kill('SIGKILL');
    expect(await engine.ended).toBe('SIGKILL');
    expect(engine.log).toMatch(/info: ptask .* train, process \d+/);
    expect(await readTable(dir)).toEqual(before);
    const [killed] = (await runsOf(dir)).runs;
    expect(killed).toMatchObject({ state: 'stopped' });
    expect(killed!.pid).toBeUndefined();
    expect(await new Engine('train').request('train', asked(file, { resume: true }))).toMatchObject({
      outcome: 'done',
      run: killed!.dir,
    });
  });
});
