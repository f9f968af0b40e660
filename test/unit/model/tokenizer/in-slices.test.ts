import { afterEach, expect, test, vi } from 'vitest';
import { inSlices } from '../../../../model/src/tokenizer/in-slices.ts';

afterEach(() => void vi.restoreAllMocks());

function* threeSteps(): Generator<void, string> {
  yield;
  yield;
  yield;
  return 'done';
}

test.each([
  ['none while they are quick', 0, 0],
  ['one behind each step that takes long', 10, 3],
])('work in steps lets others have the thread: %s', async (_, milliseconds, times) => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += milliseconds));
  const breathe = vi.fn(async () => {});
  expect(await inSlices(threeSteps(), breathe)).toBe('done');
  expect(breathe).toHaveBeenCalledTimes(times);
});
