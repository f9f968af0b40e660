import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SavingPace } from '../../../engine/src/train/saving-pace.ts';

let seconds = 0;
beforeEach(() => {
  seconds = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => 1000 * seconds);
});
afterEach(() => vi.restoreAllMocks());

/** Saves as soon as that is due, and takes so many seconds for it; gives the seconds until then. */
async function nextSave(pace: SavingPace, taking: number): Promise<number> {
  const began = seconds;
  while (!pace.isDue) seconds += 1;
  const waited = seconds - began;
  await pace.save(async () => {
    seconds += taking;
  });
  return waited;
}

it('a run is saved every ten seconds, and where that takes long for no more than a twentieth of the time', async () => {
  const pace = new SavingPace();
  expect(await nextSave(pace, 0)).toBe(10);
  expect(await nextSave(pace, 3)).toBe(10);
  expect(await nextSave(pace, 0)).toBe(60);
  expect(await nextSave(pace, 0)).toBe(10);
});

it('runs side by side are saved before their first step, too', async () => {
  const pace = new SavingPace(10, 0);
  expect(await nextSave(pace, 0)).toBe(0);
  expect(await nextSave(pace, 0)).toBe(10);
});
