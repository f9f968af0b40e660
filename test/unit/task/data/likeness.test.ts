import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HashCounts } from '../../../../task/src/data/hash-counts.ts';
import { hashKey, hashText, mixInto } from '../../../../task/src/data/text-hash.ts';

function hash(...texts: string[]): [high: number, low: number] {
  const whole = { high: 0, low: 0 };
  const part = { high: 0, low: 0 };
  for (const text of texts) {
    hashText(text, part);
    mixInto(whole, part.high, part.low);
  }
  return [whole.high, whole.low];
}

it('counts what is added and taken back, like a map', () => {
  const word = fc.string({ maxLength: 2 });
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), word), { maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(steps, (all) => {
      const counts = new HashCounts();
      const map = new Map<string, number>();
      for (const [kind, text] of all) {
        const before = map.get(text) ?? 0;
        const isBack = kind === 0 && before > 0;
        const after = isBack ? before - 1 : before + 1;
        expect(isBack ? counts.remove(...hash(text)) : counts.add(...hash(text))).toBe(after);
        map.set(text, after);
      }
      expect(counts.distinct).toBe([...map.values()].filter((count) => count > 0).length);
      for (const [text, count] of map) expect(counts.get(...hash(text))).toBe(count);
    }),
    { numRuns: 20 },
  );
});

it('keeps 100,000 rows that differ little apart', () => {
  const counts = new HashCounts();
  const keys = new Set<number>();
  for (let i = 0; i < 100_000; i++) {
    counts.add(...hash(`${i}`, `${i % 7}`));
    keys.add(hashKey(...hash(`${i}`, `${i % 7}`)));
  }
  expect(counts.distinct).toBe(100_000);
  expect(keys.size).toBe(100_000);
});

it('tells apart where one text ends and the next begins, and their order', () => {
  expect(hash('x', 'y')).not.toEqual(hash('y', 'x'));
  expect(hash('xy', '')).not.toEqual(hash('x', 'y'));
  expect(hash('x')).not.toEqual(hash('x', ''));
});
