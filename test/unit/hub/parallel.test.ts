import { expect, it } from 'vitest';
import { inParallel } from '../../../engine/src/hub/parallel.ts';

const never = new AbortController().signal;

it('work on several things goes on at once, on so many as are wanted', async () => {
  const done: number[] = [];
  let [now, most] = [0, 0];
  await inParallel([1, 2, 3, 4, 5], 2, never, async (item) => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
    done.push(item);
  });
  expect(done).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

it('work is stopped where that on another thing has failed, whose error is told when all has ended', async () => {
  const told: string[] = [];
  const work = async (item: string, signal: AbortSignal) => {
    if (item === 'bad') throw new Error('the first');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    told.push(`${item} was stopped`);
    throw new Error('a later one');
  };
  await expect(inParallel(['slow', 'bad', 'next'], 2, never, work)).rejects.toThrow('the first');
  expect(told).toEqual(['slow was stopped']);
});
