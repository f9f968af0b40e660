import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineDied } from '../../../client/src/engine/engine-error.ts';
import { PredictionEngine } from '../../../client/src/engine/prediction-engine.ts';
import { eventually } from '../../eventually.ts';

let engine: PredictionEngine;
afterEach(() => engine.end(3000));

const TASK = '/w/a.ptask.json';

/** An engine whose process is a stand-in that answers with its own id. */
function start() {
  const deaths = vi.fn();
  const permit = { ask: vi.fn(async () => undefined), require: vi.fn(async () => undefined) };
  engine = new PredictionEngine({
    program: path.join(import.meta.dirname, 'stand-in-engine.mjs'),
    log: { info: () => undefined, error: () => undefined },
    permit,
    deviceOf: (file) => (file === TASK ? 'webgpu' : 'auto'),
    env: () => ({}),
    onDeath: deaths,
  });
  const answering = async (how: 'fast' | 'slow') => {
    const { runs } = await engine.request('runs', { folders: [how] });
    return Number(runs[0]!.dir);
  };
  const dieThreeTimes = async () => {
    for (let death = 1; death <= 3; death++) {
      engine.start();
      process.kill(engine.pid!, 'SIGKILL');
      await eventually(() => expect(deaths).toHaveBeenCalledTimes(death));
    }
  };
  return { answering, deaths, permit, dieThreeTimes };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('that has been ended starts no other process for what is asked then', async () => {
  const { answering } = start();
  await answering('fast');
  await engine.end(3000);
  await expect(answering('fast')).rejects.toMatchObject({ kind: 'cancelled' });
  expect(engine.pid).toBeUndefined();
});

it('that has died three times in a row is started again for what the user asks for, and for nothing else', async () => {
  const { answering, dieThreeTimes } = start();
  await dieThreeTimes();
  await expect(answering('fast')).rejects.toThrow(EngineDied);
  expect(engine.pid).toBeUndefined();
  const { runs } = await engine.request('runs', { folders: ['fast'] }, { isCommand: true });
  expect(Number(runs[0]!.dir)).toBe(engine.pid);
  expect(await answering('fast')).toBe(engine.pid);
});

it('that has died too often answers again once the user has restarted it', async () => {
  const { answering, dieThreeTimes } = start();
  await dieThreeTimes();
  engine.restart();
  expect(await answering('fast')).toBe(engine.pid);
});

it('computes what is asked of a task file on its device, where that is permitted', async () => {
  const { permit } = start();
  const question = {
    token: '',
    file: TASK,
    taskname: 't',
    rows: [],
    withUntrained: false,
    urgency: 'visible',
  } as const;
  expect(await engine.request('predict', question)).toEqual({ ...question, device: 'webgpu' });
  expect(permit.require).toHaveBeenCalledExactlyOnceWith(TASK);
  expect(permit.ask).not.toHaveBeenCalled();
  await engine.request('predict', { ...question, file: '/w/b.ptask.json' }, { isCommand: true });
  expect(permit.ask).toHaveBeenCalledExactlyOnceWith('/w/b.ptask.json');
  await engine.request('runs', { folders: ['fast'] });
  expect(permit.require).toHaveBeenCalledOnce();
});

it('starts no process for what is withdrawn before it is permitted', async () => {
  const { permit } = start();
  const withdrawn = new AbortController();
  permit.ask.mockImplementation(async () => void withdrawn.abort());
  const question = { file: TASK, tasknames: [], device: 'auto', measure: false } as const;
  const asked = engine.request('plan', question, { signal: withdrawn.signal, isCommand: true });
  await expect(asked).rejects.toMatchObject({ kind: 'cancelled' });
  expect(engine.pid).toBeUndefined();
});

it('that is replaced is ended at once, with what it has yet to answer, and another one is asked anew', async () => {
  const { answering, deaths } = start();
  const asked = vi.fn();
  engine.onAskAnew(asked);
  const first = await answering('fast');
  const unanswered = expect(answering('slow')).rejects.toThrow(EngineDied);
  engine.replace();
  expect(asked).toHaveBeenCalledOnce();
  await unanswered;
  expect(isAlive(first)).toBe(false);
  expect(await answering('fast')).toBe(engine.pid);
  expect(engine.pid).not.toBe(first);
  expect(deaths).not.toHaveBeenCalled();
});

describe('a process that is renewed', () => {
  it('answers what it was asked, and ends; another one answers what comes next', async () => {
    const { answering, deaths } = start();
    const asked = vi.fn();
    engine.onAskAnew(asked);
    const first = await answering('fast');
    const slow = answering('slow');
    engine.renew();
    expect(asked).toHaveBeenCalledOnce();
    const second = await answering('fast');
    expect(second).not.toBe(first);
    expect(await slow).toBe(first);
    await eventually(() => expect(isAlive(first)).toBe(false));
    expect(engine.pid).toBe(second);
    expect(deaths).not.toHaveBeenCalled();
  });

  it('is started when it is next asked, where there was none', async () => {
    const { answering } = start();
    engine.renew();
    expect(engine.pid).toBeUndefined();
    expect(await answering('fast')).toBe(engine.pid);
  });
});
