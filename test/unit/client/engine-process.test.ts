import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineDied } from '../../../client/src/engine/engine-error.ts';
import { EngineProcess } from '../../../client/src/engine/engine-process.ts';
import { TrainingProcesses } from '../../../client/src/engine/training-processes.ts';
import { eventually } from '../../eventually.ts';

const program = path.join(import.meta.dirname, 'stand-in-engine.mjs');
const log = { info: () => undefined, error: () => undefined };
const training = { token: '', file: '/w/a.ptask.json', tasknames: [], resume: false, device: 'auto' } as const;

let engine: EngineProcess | undefined;
afterEach(() => engine?.end(3000));

describe('a process that has died', () => {
  it('fails what it was asked, and is asked and told nothing more', async () => {
    engine = new EngineProcess({ program, role: 'train', log });
    await expect(engine.request('train', training)).rejects.toThrow(EngineDied);
    const died = await engine.request('train', training).catch((error: unknown) => error);
    expect(died).toMatchObject({ how: 'exit code 3' });
    // The last one without an end may come after the process has gone.
    await eventually(() => expect(engine!.lastLines).toEqual(['a line', 'no memory']));
    expect(() => engine!.notify('stopTraining', { how: 'cancel' })).not.toThrow();
    await engine.end(3000);
  });

  it('while it trained leaves no rejection that nobody handles', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const permit = { ask: async () => undefined, require: async () => undefined };
    const trainings = new TrainingProcesses({ program, log, permit, env: () => ({}) });
    const run = trainings.start(training, () => undefined);
    await expect(run.result).rejects.toThrow(EngineDied);
    run.stop('cancel');
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

it('a run that is stopped while its user is asked about paths ends at once, and starts nothing', async () => {
  const permit = { ask: () => new Promise<never>(() => undefined), require: async () => undefined };
  for (const stop of ['cancel', 'pause', 'kill'] as const) {
    const trainings = new TrainingProcesses({ program, log, permit, env: () => ({}) });
    const run = trainings.start(training, () => undefined);
    if (stop === 'kill') run.kill();
    else run.stop(stop);
    await expect(run.result).rejects.toMatchObject({ kind: 'cancelled' });
    expect(trainings.pids).toEqual([]);
  }
});

it('what is withdrawn is not worked out any more, and fails as cancelled', async () => {
  engine = new EngineProcess({ program, role: 'predict', log });
  const withdrawn = new AbortController();
  const answer = engine.request('runs', { folders: ['slow'] }, withdrawn.signal);
  withdrawn.abort();
  await expect(answer).rejects.toMatchObject({ message: 'withdrawn', kind: 'cancelled' });
  await expect(engine.request('runs', { folders: ['fast'] }, withdrawn.signal)).rejects.toMatchObject({
    message: 'cancelled',
    kind: 'cancelled',
  });
});

it('an answer is not kept once it was given', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  engine = new EngineProcess({ program, role: 'predict', log });
  const asked = engine;
  const answer = await (async () => new WeakRef(await asked.request('runs', { folders: ['fast'] })))();
  await eventually(() => {
    collect();
    // What an expectation is told is kept with its failure.
    expect(answer.deref() === undefined).toBe(true);
  });
});
