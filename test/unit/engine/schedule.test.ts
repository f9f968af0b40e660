import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../engine/src/errors.ts';
import { learningRate } from '../../../engine/src/train/schedule.ts';
import type { ScheduleSettings } from '../../../task/src/types.ts';

const nemo: ScheduleSettings = { name: 'CosineAnnealing', warmup_steps: 50, min_lr: 0 };

describe('learningRate', () => {
  it('is NeMo’s at hand-computed steps', () => {
    expect(learningRate(nemo, 0, 250, 1e-4)).toBeCloseTo(1e-4 / 51, 15);
    expect(learningRate(nemo, 24, 250, 1e-4)).toBeCloseTo((1e-4 * 25) / 51, 15);
    expect(learningRate(nemo, 50, 250, 1e-4)).toBe(1e-4);
    expect(learningRate(nemo, 100, 250, 1e-4)).toBeCloseTo(0.5 * (1 + Math.SQRT1_2) * 1e-4, 15);
    expect(learningRate(nemo, 150, 250, 1e-4)).toBeCloseTo(0.5e-4, 15);
    expect(learningRate(nemo, 250, 250, 1e-4)).toBe(0);
  });

  it('ends at min_lr and stays there', () => {
    const schedule = { ...nemo, min_lr: 1e-5 };
    expect(learningRate(schedule, 250, 250, 1e-4)).toBeCloseTo(1e-5, 15);
    expect(learningRate(schedule, 251, 250, 1e-4)).toBe(1e-5);
    expect(learningRate(schedule, 150, 250, 1e-4)).toBeCloseTo(5.5e-5, 15);
  });

  it('without warm-up starts at the top', () => {
    expect(learningRate({ ...nemo, warmup_steps: 0 }, 0, 100, 0.3)).toBeCloseTo(0.3, 15);
    expect(learningRate({ ...nemo, name: 'constant', warmup_steps: 0 }, 0, 100, 0.3)).toBe(0.3);
  });

  it('constant stays at the top after the warm-up', () => {
    const schedule: ScheduleSettings = { name: 'constant', warmup_steps: 4, min_lr: 0 };
    expect([0, 1, 2, 3, 4, 5, 1000].map((step) => learningRate(schedule, step, 10, 1))).toEqual([
      0.2, 0.4, 0.6, 0.8, 1, 1, 1,
    ]);
  });

  it('rises, then falls, and is always between 0 and lr, for any run', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.integer({ min: 1, max: 120 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (warmup, max, share) => {
          const schedule: ScheduleSettings = { name: 'CosineAnnealing', warmup_steps: warmup, min_lr: share * 0.01 };
          const rates = Array.from({ length: max + 5 }, (_, step) => learningRate(schedule, step, max, 0.01));
          rates.forEach((rate, step) => {
            expect(rate).toBeGreaterThanOrEqual(0);
            expect(rate).toBeLessThanOrEqual(0.01 * (1 + 1e-12));
            if (step === 0) return;
            if (step <= warmup) expect(rate).toBeGreaterThan(rates[step - 1]!);
            else expect(rate).toBeLessThanOrEqual(rates[step - 1]! * (1 + 1e-12));
          });
        },
      ),
    );
  });

  it('refuses a min_lr above lr, as NeMo does', () => {
    expect(() => learningRate({ ...nemo, min_lr: 1e-3 }, 0, 10, 1e-4)).toThrow(InputError);
  });
});
