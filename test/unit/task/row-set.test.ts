import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashRow, RowSet } from '../../../task/src/row-set.ts';

function hash(taskname: string, fields: string[], row: Record<string, unknown>) {
  const result = { high: 0, low: 0 };
  hashRow(taskname, fields, row, result);
  return result;
}

it('finds the line of the first equal row, like a map', () => {
  const words = fc.array(fc.string({ maxLength: 2 }), { maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(words, (texts) => {
      const set = new RowSet();
      const map = new Map<string, number>();
      for (const [line, text] of texts.entries()) {
        const expected = map.get(text) ?? -1;
        expect(set.add(hash('t', ['a'], { a: text }), line)).toBe(expected);
        if (expected < 0) map.set(text, line);
      }
      expect(set.size).toBe(map.size);
      for (const [text, line] of map) expect(set.find(hash('t', ['a'], { a: text }))).toBe(line);
    }),
    { numRuns: 20 },
  );
});

it('keeps 100,000 rows that differ little apart', () => {
  const set = new RowSet();
  for (let i = 0; i < 100_000; i++) set.add(hash('t', ['a', 'b'], { a: `${i}`, b: `${i % 7}` }), i);
  expect(set.size).toBe(100_000);
});

it('tells tasks, fields and types apart', () => {
  const same = hash('t', ['a', 'b'], { a: 'x', b: 'y' });
  expect(hash('t', ['a', 'b'], { b: 'y', a: 'x', c: 'unused' })).toEqual(same);
  expect(hash('u', ['a', 'b'], { a: 'x', b: 'y' })).not.toEqual(same);
  expect(hash('t', ['a', 'b'], { a: 'xy', b: '' })).not.toEqual(same);
  expect(hash('t', ['a', 'b'], { a: 'x' })).not.toEqual(same);
});
