import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { later } from '../../../client/src/later.ts';

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

it('nothing is done after the end', () => {
  const action = vi.fn();
  const { soon, dispose } = later(50, action);
  soon();
  dispose();
  vi.advanceTimersByTime(200);
  expect(action).not.toHaveBeenCalled();
});
