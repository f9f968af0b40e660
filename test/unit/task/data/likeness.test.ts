import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowTable } from '../../../../task/src/data/likeness.ts';
import { hashText, mixInto } from '../../../../task/src/data/text-hash.ts';

function hash(...texts: string[]) {
  const whole = { high: 0, low: 0 };
  const part = { high: 0, low: 0 };
  for (const text of texts) {
    hashText(text, part);
    mixInto(whole, part.high, part.low);
  }
  return whole;
}

it('finds the line of the first equal row, like a map', () => {
  const words = fc.array(fc.string({ maxLength: 2 }), { maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(words, (texts) => {
      const table = new RowTable(texts.length);
      const map = new Map<string, number>();
      for (const [line, text] of texts.entries()) {
        const expected = map.get(text) ?? -1;
        expect(table.add(hash(text), line)).toBe(expected);
        if (expected < 0) map.set(text, line);
      }
      expect(table.size).toBe(map.size);
      for (const [text, line] of map) expect(table.find(hash(text))).toBe(line);
    }),
    { numRuns: 20 },
  );
});

it('keeps 100,000 rows that differ little apart', () => {
  const table = new RowTable(100_000);
  for (let i = 0; i < 100_000; i++) table.add(hash(`${i}`, `${i % 7}`), i);
  expect(table.size).toBe(100_000);
});

it('tells apart where one text ends and the next begins, and their order', () => {
  expect(hash('x', 'y')).not.toEqual(hash('y', 'x'));
  expect(hash('xy', '')).not.toEqual(hash('x', 'y'));
  expect(hash('x')).not.toEqual(hash('x', ''));
});
