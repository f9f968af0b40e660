import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRows } from '../../../engine/src/evaluate/compare-rows.ts';

/** 1 for a row that is right, from a text such as `++-`. */
const rightRows = (text: string) => [...text].map((sign) => Number(sign === '+'));

describe('two ways of answering the same rows', () => {
  it.each([
    ['++++', '----', { better: 4, worse: 0, gain: 1, chance: 1 / 16 }],
    ['+++++-', '-----+', { better: 5, worse: 1, gain: 4 / 6, chance: 7 / 64 }],
    ['+-', '-+', { better: 1, worse: 1, gain: 0, chance: 3 / 4 }],
    ['++--', '++--', { better: 0, worse: 0, gain: 0, chance: 1 }],
    ['', '', { better: 0, worse: 0, gain: 0, chance: 1 }],
  ])('%s against %s', (scores, reference, expected) => {
    const compared = compareRows(rightRows(scores), rightRows(reference));
    expect(compared).toMatchObject({ better: expected.better, worse: expected.worse });
    expect(compared.gain).toBeCloseTo(expected.gain, 12);
    expect(compared.chance).toBeCloseTo(expected.chance, 12);
  });

  it('counts a likelier answer as better by however little', () => {
    expect(compareRows([-1, -2, -3], [-1.5, -2.001, -2])).toMatchObject({ better: 2, worse: 1 });
  });

  it('leaves to chance what a fair coin gives, however many rows there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 }), (better, worse) => {
        const scores = [...Array<number>(better).fill(1), ...Array<number>(worse).fill(0)];
        const { chance } = compareRows(
          scores,
          scores.map((score) => 1 - score),
        );
        const { chance: reversed } = compareRows(
          scores.map((score) => 1 - score),
          scores,
        );
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1);
        // Both count the outcome itself, so together they are just above one.
        expect(chance + reversed).toBeGreaterThan(1 - 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});
