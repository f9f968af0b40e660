import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { atMostEvery, later } from '../../../client/src/later.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('what is to be done later is done once, after its time', () => {
  const action = vi.fn();
  const { soon } = later(50, action);
  soon();
  soon();
  expect(action).not.toHaveBeenCalled();
  vi.advanceTimersByTime(50);
  expect(action).toHaveBeenCalledTimes(1);
  soon();
  vi.advanceTimersByTime(50);
  expect(action).toHaveBeenCalledTimes(2);
});

it('what is done at most every while is done at once, and once more for all that came meanwhile', () => {
  const action = vi.fn();
  const { soon } = atMostEvery(50, action);
  soon();
  soon();
  soon();
  expect(action).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(50);
  expect(action).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(200);
  expect(action).toHaveBeenCalledTimes(2);
  soon();
  expect(action).toHaveBeenCalledTimes(3);
});

it('nothing is done after the end', () => {
  const action = vi.fn();
  for (const { soon, dispose } of [later(50, action), atMostEvery(50, action)]) {
    soon();
    soon();
    dispose();
  }
  vi.advanceTimersByTime(200);
  expect(action).toHaveBeenCalledTimes(1);
});
