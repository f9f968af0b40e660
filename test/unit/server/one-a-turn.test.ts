import { expect, it } from 'vitest';
import { oneATurn } from '../../../server/src/one-a-turn.ts';

it('lets one worker go on in each turn of the event loop, all of them by and by', async () => {
  const wait = oneATurn();
  const done: string[] = [];
  const worker = async (name: string) => {
    for (let n = 0; n < 3; n++) {
      await wait();
      done.push(name);
    }
  };
  let turns = 0;
  let isRunning = true;
  const most: number[] = [];
  const watch = () => {
    most.push(done.length);
    turns++;
    if (isRunning) setImmediate(watch);
  };
  setImmediate(watch);
  await Promise.all(['a', 'b', 'c'].map(worker));
  isRunning = false;
  expect(done.join('')).toBe('abcabcabc');
  expect(turns).toBeGreaterThanOrEqual(9);
  for (const [turn, count] of most.entries()) expect(count - (most[turn - 1] ?? 0)).toBeLessThanOrEqual(1);
});

it('can be waited on again after all have gone on', async () => {
  const wait = oneATurn();
  await wait();
  await wait();
  await Promise.all([wait(), wait()]);
});
