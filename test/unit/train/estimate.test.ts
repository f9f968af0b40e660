import { describe, expect, it, vi } from 'vitest';
import { estimateRun, measurePlan, type Pace, reckonPace } from '../../../engine/src/train/estimate.ts';
import { type FittedRun, fitRun } from '../../../engine/src/train/fit.ts';
import { planTraining } from '../../../engine/src/train/plan.ts';
import { secondsOfRows } from '../../../engine/src/train/seconds-of-rows.ts';
import { liveSessions } from '../predict/live-sessions.ts';
import { type Json, open, trainProject, withFixedDate, withTrainer, writeProject } from './small-project.ts';

withFixedDate();

// A processor so slow that nothing but products takes any time.
vi.mock('../../../engine/src/runtime/product-speed.ts', () => ({ productSpeed: async () => 1 }));

const trainer = (changes: Json): Json => withTrainer({ max_epochs: 4, ...changes });
const planned = async (keys: Json = {}) => planTraining(await open(writeProject(keys)), []);

describe('what work takes for all rows', () => {
  /** Takes a second for each hundred rows, and a part that is the same for any number. */
  function work(sizes: readonly number[], same: number) {
    const asked: number[] = [];
    const one = async (most: number) => {
      asked.push(most);
      // The first time makes sessions.
      const begin = asked.length === 1 ? 0.7 : 0;
      return begin + same + sizes.reduce((sum, size) => sum + Math.min(size, most), 0) / 100;
    };
    return { asked, one };
  }

  it('follows from a few, whatever is the same for any number of them', async () => {
    for (const sizes of [[4], [30], [1000], [100, 3, 0], [900, 400]]) {
      for (const same of [0, 0.02, 0.1]) {
        const { asked, one } = work(sizes, same);
        const seconds = await secondsOfRows(sizes, 1, one);
        const rows = sizes.reduce((sum, size) => sum + size, 0);
        expect(seconds).toBeCloseTo(same + rows / 100, 6);
        expect(Math.max(...asked)).toBeLessThanOrEqual(512);
      }
    }
  });

  it('is looked at for longer where it will take longer', async () => {
    const [once, often] = [work([500], 0.05), work([500], 0.05)];
    await secondsOfRows([500], 1, once.one);
    await secondsOfRows([500], 20, often.one);
    expect(Math.max(...once.asked)).toBe(32);
    expect(Math.max(...often.asked)).toBe(128);
  });

  it('follows from two and eight where there is no time for more', async () => {
    const { asked, one } = work([1000], 0.3);
    expect(await secondsOfRows([1000], 1, one)).toBeCloseTo(10.3, 6);
    expect(asked).toEqual([2, 2, 8]);
  });
});

describe('what a run takes', () => {
  const FITTED = { memoryBytes: 1, freeBytes: 2, message: undefined } as unknown as FittedRun;
  const PACE: Pace = { basis: 'measured', begin: 1, step: 10, validation: 100, end: 1000 };

  it('is that of its parts, as far as they are still to come', async () => {
    const plan = await planned(trainer({}));
    expect(estimateRun(plan, FITTED, PACE).seconds).toBe(1 + 12 * 10 + 4 * 100 + 1000);
    expect(estimateRun(plan, FITTED, PACE, { step: 7, epoch: 2 }).seconds).toBe(1 + 5 * 10 + 2 * 100 + 1000);
  });

  it('is reckoned from the rows of a batch, each of which takes as long', async () => {
    const rows = Array.from({ length: 8 }, (_, n): Json => ({ taskname: 'mood', text: `up ${n}`, label: 'good' }));
    const data = { 'train.jsonl': rows, 'validation.jsonl': rows.slice(0, 4) };
    const reckoned = async (batch_size: number) =>
      reckonPace(await planTraining(await open(writeProject(trainer({ batch_size }), data)), []));
    const [two, four, eight] = [await reckoned(2), await reckoned(4), await reckoned(8)];
    const ofTwoRows = four.step - two.step;
    expect(ofTwoRows).toBeGreaterThan(0);
    expect((eight.step - four.step) / ofTwoRows).toBeCloseTo(2, 6);
    // Four rows are validated, forward alone, after each epoch and in the end.
    expect(four.validation).toBeLessThan(four.step);
    expect(four.validation).toBeGreaterThan(ofTwoRows);
    expect(four.end).toBe(four.validation);
    expect(four.begin).toBe(0);
  });

  it('has every part in it when it is measured', async () => {
    const plan = await planned(trainer({}));
    const pace = await measurePlan(plan, fitRun(plan, 'cpu'), async () => undefined);
    for (const part of [pace.begin, pace.step, pace.validation, pace.end]) expect(part).toBeGreaterThan(0);
    const without = await planned({ ...trainer({}), data: { train_ds: ['train.jsonl'], validation_ds: [] } });
    const bare = await measurePlan(without, fitRun(without, 'cpu'), async () => undefined);
    expect(bare).toMatchObject({ validation: 0, end: 0 });
  });

  it('leaves no session where it was measured, or withdrawn', async () => {
    const plan = await planned(trainer({}));
    const live = liveSessions();
    await measurePlan(plan, fitRun(plan, 'cpu'), async () => undefined);
    expect(live.size).toBe(0);
    let asked = 0;
    const withdrawn = measurePlan(plan, fitRun(plan, 'cpu'), async () => {
      if (++asked === 2) throw new Error('withdrawn');
    });
    await expect(withdrawn).rejects.toThrow('withdrawn');
    expect(live.size).toBe(0);
  });

  it('is told of ten steps or more, and finding it out changes nothing', async () => {
    const estimateOf = async (epochs: number) =>
      (await trainProject(writeProject(trainer({ max_epochs: epochs })))).events.find(
        ({ event }) => event === 'estimate',
      );
    expect(await estimateOf(3)).not.toHaveProperty('seconds');
    expect(await estimateOf(4)).toHaveProperty('seconds');
    const measured = await trainProject(writeProject(trainer({})));
    const { fit } = fitRun(measured.plan, 'cpu');
    const unmeasured = await trainProject(writeProject(trainer({})), { fit });
    expect(unmeasured.events.map(({ event }) => event)).not.toContain('estimate');
    expect(measured.table).toEqual(unmeasured.table);
  });
});
