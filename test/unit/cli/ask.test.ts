import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ask } from '../../../engine/src/cli/ask.ts';
import { Interrupt } from '../../../engine/src/cli/interrupt.ts';

/** Asks, and answers with some keys as they come from a terminal. */
function asked(keys: string, signal = new AbortController().signal): Promise<string> {
  const input = new PassThrough();
  const answer = ask('Fetch it? ', signal, { input, output: new PassThrough() });
  input.write(keys);
  return answer;
}

test('what is typed is the answer', async () => {
  expect(await asked('yes\r')).toBe('yes');
});

test('Ctrl-D is no answer', async () => {
  expect(await asked('\x04')).toBe('');
});

test('Ctrl-C ends what goes on, as it does where nothing is asked', async () => {
  const controller = new AbortController();
  const interrupt = new Interrupt(() => controller.abort());
  try {
    await expect(asked('\x03', controller.signal)).rejects.toBe(controller.signal.reason);
    expect(interrupt.exitCode).toBe(130);
  } finally {
    interrupt.dispose();
  }
});
