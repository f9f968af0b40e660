import { describe, expect, it } from 'vitest';
import { commonestTexts, lengthStatistics, tokeniseSample } from '../../../server/src/service/field-statistics.ts';
import { Work } from '../../../task/src/data/work.ts';

/** A tokeniser whose tokens are words, and how many characters it was given. */
function counting() {
  const seen = { characters: 0 };
  const encode = (text: string) => {
    seen.characters += text.length;
    return text.split(' ').map((_, i) => i);
  };
  return { encoder: { encode }, seen };
}

const sampleOf = (...texts: [text: string, rows?: number][]) => {
  const values = texts.map(([text, rows = 1]) => ({ text, length: text.length, rows }));
  return { first: values[0]!, values };
};

const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

describe('the length of a field', () => {
  it('is that of the rows, so that a text of many rows counts as often', () => {
    const sample = sampleOf(['a b c'], ['a', 18], ['a b']);
    expect(lengthStatistics(sample, counting().encoder)).toEqual({
      unit: 'tokens',
      median: 1,
      percentile95: 2,
      isExact: true,
    });
    expect(lengthStatistics(sample, undefined)).toMatchObject({ unit: 'characters', median: 1, percentile95: 3 });
  });

  it('is estimated where measuring would take too long, and each time from more', () => {
    const { encoder, seen } = counting();
    const texts = Array.from({ length: 100 }, (_, i): [string] => [words(100 + i)]);
    const estimated = lengthStatistics(sampleOf(...texts), encoder);
    expect(seen.characters).toBeLessThanOrEqual(6000);
    expect(estimated).toEqual({ unit: 'tokens', median: 149, percentile95: 194, isExact: false });
    const before = seen.characters;
    lengthStatistics(sampleOf(...texts), encoder);
    expect(seen.characters).toBeGreaterThan(before);
  });

  it('is exact once all has been measured, which costs no more then', async () => {
    const { encoder, seen } = counting();
    const sample = sampleOf(...Array.from({ length: 100 }, (_, i): [string] => [words(100 + i)]));
    await tokeniseSample(sample, encoder, new Work({}));
    const before = seen.characters;
    expect(lengthStatistics(sample, encoder)).toMatchObject({ median: 149, percentile95: 194, isExact: true });
    expect(seen.characters).toBe(before);
  });

  it('of a text that was cut is estimated from the part that is there', () => {
    const values = [{ text: words(10), length: 490, rows: 1 }];
    expect(lengthStatistics({ first: values[0]!, values }, counting().encoder)).toEqual({
      unit: 'tokens',
      median: 100,
      percentile95: 100,
      isExact: false,
    });
  });
});

it('the commonest texts come first, without those that were cut', () => {
  const values = [
    { text: 'cut', length: 9, rows: 9 },
    { text: 'b', length: 1, rows: 1 },
    { text: 'a', length: 1, rows: 2 },
  ];
  expect(commonestTexts({ first: values[0]!, values }).map(({ text }) => text)).toEqual(['a', 'b']);
});
