import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AnswerSearch, type AskedFields } from '../../../../task/src/data/answer-search.ts';
import type { DataIndex } from '../../../../task/src/data/data-index.ts';
import { HashCounts } from '../../../../task/src/data/hash-counts.ts';
import { LikenessSearch, type LikeRow } from '../../../../task/src/data/likeness.ts';
import { TextBlocks } from '../../../../task/src/data/text-blocks.ts';
import { foldedHigh, hashKey, hashText, mixInto } from '../../../../task/src/data/text-hash.ts';
import { readNextBlock, spliceIndex, textIndex } from '../../../../task/src/data/text-index.ts';
import type { Split } from '../../../../task/src/data-facts.ts';

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

it('gives texts a part in common that differ in letter case, blanks or composition alone, and only those', () => {
  const part = (text: string) => {
    const whole = { high: 0, low: 0 };
    hashText(text, whole);
    return foldedHigh(whole.high) * 2 ** 32 + whole.low;
  };
  const plain = (text: string) => text.normalize('NFC').toLowerCase().replace(/\s/g, '');
  const letter = fc.constantFrom(...'aAåÅäÄßẞéÉ×÷þÞµ.ŁłΣσςİi\u030a\u0301\u00a0\u2003\u3000\ufeff \t\n');
  const text = fc.array(letter, { maxLength: 4 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(part(a) === part(b)).toBe(plain(a) === plain(b));
      expect(keyOf(a) === keyOf(b)).toBe(a === b);
    }),
    { numRuns: 20_000 },
  );
});

const FIELDS = new Map([['sentiment-task', ['label', 'sentence']]]);
const row = fc
  .tuple(
    fc.constantFrom('sentiment-task', 'sentiment-task', 'free-task'),
    fc.constantFrom('a', 'b', 'B', 'B '),
    fc.constantFrom('x', 'y', 'y '),
  )
  .map(([taskname, sentence, label]) => JSON.stringify({ taskname, sentence, label, id: 1 }));
const rows = fc.array(row, { maxLength: 12 }).map((lines) => lines.join('\n'));

function indexOf({ blocks }: TextBlocks): DataIndex {
  const index = textIndex(blocks);
  while (readNextBlock(index));
  return index;
}

function found(search: LikenessSearch) {
  const steps = search.find();
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value.map(({ counts, rows: like }) => ({
    counts,
    rows: like.map(({ line, duplicateOf, leakedFrom }) => ({ line, duplicateOf, leakedFrom })),
  }));
}

const change = fc.tuple(fc.nat(3), fc.nat(11), row);
const asking = fc.record({
  texts: fc.array(rows, { minLength: 4, maxLength: 4 }),
  changes: fc.array(change),
  most: fc.integer({ min: 1, max: 20 }),
});

/** By the number of a file. */
const SPLITS_OF: readonly (readonly Split[])[] = [['train'], ['train', 'test'], ['validation'], ['validation', 'test']];

function filesOf(texts: readonly string[]) {
  return texts.map((text, i) => {
    const blocks = new TextBlocks(text, 100);
    return { path: `${i}`, blocks, index: indexOf(blocks), splits: SPLITS_OF[i]! };
  });
}

function make(files: ReturnType<typeof filesOf>, [file, line, text]: [number, number, string]): void {
  const { blocks, index } = files[file]!;
  const range = [
    { line, character: 0 },
    { line: line + 1, character: 0 },
  ] as const;
  spliceIndex(index, blocks.edit(...range, `${text}\n`));
}

it('finds the same when it is asked once, and when it is asked again after each change', () => {
  fc.assert(
    fc.property(asking, ({ texts, changes, most }) => {
      const files = filesOf(texts);
      const kept = new LikenessSearch(files, FIELDS, most, true);
      expect(found(kept)).toEqual(found(new LikenessSearch(files, FIELDS, most, false)));
      for (const change of changes) {
        make(files, change);
        expect(kept.isOf(files, FIELDS)).toBe(true);
        expect(found(kept)).toEqual(found(new LikenessSearch(files, FIELDS, most, false)));
      }
    }),
  );
});

const ASKED = new Map<string, AskedFields>([
  ['sentiment-task', { inputs: ['sentence'], answer: 'label', hasLabels: true }],
  ['free-task', { inputs: ['sentence'], answer: 'label', hasLabels: false }],
]);

function otherwise(search: AnswerSearch) {
  const labels = new Map([['sentiment-task', new Map(['x', 'y', 'y '].map((form) => [keyOf(form), form.trim()]))]]);
  const steps = search.find(labels);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const places = (some: readonly LikeRow[]) =>
    some.map(({ line, duplicateOf, leakedFrom }) => ({ line, duplicateOf, leakedFrom }));
  return step.value.map(({ count, rows: some, leaked, folded, repeated }) => ({
    count,
    rows: some.map(({ line, answeredOtherwise }) => ({ line, answeredOtherwise })),
    leaked: { count: leaked.count, rows: places(leaked.rows) },
    folded: { count: folded.count, rows: places(folded.rows) },
    repeated: { count: repeated.count, rows: places(repeated.rows) },
  }));
}

function keyOf(text: string): number {
  const whole = { high: 0, low: 0 };
  hashText(text, whole);
  return hashKey(whole.high, whole.low);
}

it('compares the answers of rows the same when it is asked once, and again after each change', () => {
  fc.assert(
    fc.property(asking, ({ texts, changes, most }) => {
      const files = filesOf(texts);
      const kept = new AnswerSearch(files, ASKED, most, true);
      expect(otherwise(kept)).toEqual(otherwise(new AnswerSearch(files, ASKED, most, false)));
      for (const change of changes) {
        make(files, change);
        expect(kept.isOf(files, ASKED)).toBe(true);
        expect(otherwise(kept)).toEqual(otherwise(new AnswerSearch(files, ASKED, most, false)));
      }
    }),
  );
});
