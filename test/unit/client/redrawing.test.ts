import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Redrawing } from '../../../client/src/predictions/redrawing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An editor that shows these documents. */
function start(...shown: string[]) {
  const tell = vi.fn();
  const redrawing = new Redrawing<string>(tell, () => shown);
  return { redrawing, tell, told: () => tell.mock.calls.length, wait: (ms: number) => vi.advanceTimersByTime(ms) };
}

it('news are told at once, and no more once they have been asked for', () => {
  const { redrawing, told, wait } = start('a');
  redrawing.news();
  expect(told()).toBe(1);
  redrawing.asked('a');
  wait(1000);
  expect(told()).toBe(1);
});

it('an editor that does not hear is told again, until it has asked for everything that it shows', () => {
  const { redrawing, told, wait } = start('a', 'b');
  redrawing.news();
  redrawing.asked('a');
  wait(120);
  expect(told()).toBe(3);
  redrawing.asked('b');
  wait(1000);
  expect(told()).toBe(3);
});

it('news that come soon after others are told together', () => {
  const { redrawing, told, wait } = start('a');
  for (let i = 0; i < 3; i++) {
    redrawing.news();
    redrawing.asked('a');
  }
  expect(told()).toBe(1);
  redrawing.news();
  wait(60);
  redrawing.asked('a');
  wait(1000);
  expect(told()).toBe(2);
});

it('a document that is closed meanwhile is not told of any more', () => {
  const shown = ['a', 'b'];
  const tell = vi.fn();
  const redrawing = new Redrawing<string>(tell, () => shown);
  redrawing.news();
  redrawing.asked('a');
  shown.pop();
  vi.advanceTimersByTime(1000);
  expect(tell).toHaveBeenCalledTimes(1);
});

it('an editor that never asks is not told for ever; one that shows nothing is not told, nor one that is closed', () => {
  const never = start('a');
  never.redrawing.news();
  never.wait(60_000);
  expect(never.told()).toBe(100);
  const nothing = start();
  nothing.redrawing.news();
  expect(nothing.told()).toBe(0);
  const closed = start('a');
  closed.redrawing.news();
  closed.redrawing.dispose();
  closed.wait(1000);
  expect(closed.told()).toBe(1);
});
