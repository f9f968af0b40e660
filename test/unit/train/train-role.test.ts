import { expect, it, vi } from 'vitest';
import type { Connection, Handlers } from '../../../engine/src/process/connection.ts';
import { trainRole } from '../../../engine/src/process/train-role.ts';
import type { StopTrainingParams } from '../../../protocol/src/training.ts';
import { recordOf, writeProject } from './small-project.ts';

vi.mock('../../../engine/src/process/log.ts', () => ({ log: { info: () => undefined } }));

/** A training process without a channel: what it answers, and how it is told to stop. */
function trainProcess() {
  let handlers: Handlers = {};
  let stop: (params: StopTrainingParams) => void = () => undefined;
  const connection = {
    notify: () => undefined,
    handle: (given: Handlers) => {
      handlers = given;
    },
    on: (_: string, listener: typeof stop) => {
      stop = listener;
    },
  } as unknown as Connection;
  const role = trainRole(connection, new URL('file:///engine.js'));
  const train = (file: string, signal = new AbortController().signal) =>
    handlers.train!({ token: '', file, tasknames: [], resume: false, device: 'cpu' }, signal);
  return { role, train, stop: (how: StopTrainingParams['how']) => stop({ how }) };
}

it.each(['before', 'after'])(
  'a run that is cancelled %s its process is to end is not paused after all',
  async (when) => {
    const file = writeProject();
    const { role, train, stop } = trainProcess();
    const result = train(file);
    if (when === 'before') stop('cancel');
    const ended = role.end();
    if (when === 'after') stop('cancel');
    await ended;
    expect(await result).toMatchObject({ outcome: 'cancelled' });
    expect(recordOf(file).state).toBe('cancelled');
  },
);

it('a process has one run', async () => {
  const file = writeProject();
  const { role, train } = trainProcess();
  const result = train(file);
  expect(() => train(file)).toThrow('this process has had its run');
  await role.end();
  expect(await result).toMatchObject({ outcome: 'paused' });
});
