import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../../model/src/tokenizer/in-slices.ts';
import { BpeEncoder } from '../../../../model/src/tokenizer/json/bpe-encoder.ts';
import { mergeNeighbours } from '../../../../model/src/tokenizer/merging.ts';
import { Vocabulary } from '../../../../model/src/tokenizer/vocabulary.ts';

const LETTERS = ['a', 'b', 'c', 'å', '😀'];
const piece = fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 3 }).map((letters) => letters.join(''));
const merges = fc.array(fc.tuple(piece, piece), { maxLength: 25 });
const word = fc
  .array(fc.constantFrom(...LETTERS, 'x'), { minLength: 1, maxLength: 40 })
  .map((letters) => letters.join(''));

/** Merging as it is defined: the best pair of all, the leftmost of equals, again and again. */
function mergedSlowly(symbols: readonly string[], rank: (left: string, right: string) => number | undefined): string[] {
  const ranks = symbols.slice(1).map((right, i) => rank(symbols[i]!, right) ?? Number.POSITIVE_INFINITY);
  const best = Math.min(...ranks);
  if (!Number.isFinite(best)) return [...symbols];
  const at = ranks.indexOf(best);
  return mergedSlowly([...symbols.slice(0, at), symbols[at]! + symbols[at + 1]!, ...symbols.slice(at + 2)], rank);
}

describe('neighbours are merged', () => {
  it('as the definition says, whatever the merges', () => {
    fc.assert(
      fc.property(word, merges, (text, pairs) => {
        const ranks = new Map(pairs.map((pair, i) => [JSON.stringify(pair), i % 7]));
        const rank = (left: string, right: string) => ranks.get(JSON.stringify([left, right]));
        const ends: number[] = [];
        for (const letter of text) ends.push((ends.at(-1) ?? 0) + letter.length);
        const found = atOnce(
          mergeNeighbours(ends, (start, middle, end) => rank(text.slice(start, middle), text.slice(middle, end))),
        );
        expect(found.map((end, i) => text.slice(found[i - 1] ?? 0, end))).toEqual(mergedSlowly([...text], rank));
      }),
      { numRuns: 1000 },
    );
  });
});

/** What is merged at first, as the original has it: a letter, its bytes, what is unknown, or nothing. */
function firstTokens(word: string, settings: Settings, has: (token: string) => boolean): string[] {
  const { unk_token, fuse_unk, byte_fallback, end_of_word_suffix = '' } = settings;
  const tokens: string[] = [];
  let unknown: string[] = [];
  const letters = [...word];
  for (const [i, plain] of letters.entries()) {
    const letter = i === letters.length - 1 ? plain + end_of_word_suffix : plain;
    const bytes = [...Buffer.from(letter)].map((byte) => `<0x${byte.toString(16).padStart(2, '0').toUpperCase()}>`);
    if (has(letter)) tokens.push(...unknown.splice(0), letter);
    else if (byte_fallback && bytes.every(has)) tokens.push(...bytes);
    else if (unk_token !== undefined) {
      if (!fuse_unk) tokens.push(...unknown);
      unknown = [unk_token];
    }
  }
  return [...tokens, ...unknown];
}

interface Settings {
  readonly unk_token: string | undefined;
  readonly fuse_unk: boolean;
  readonly byte_fallback: boolean;
  readonly ignore_merges: boolean;
  readonly end_of_word_suffix: string | undefined;
}

describe('byte pair encoding of a word, long or short,', () => {
  it('is as the definition says', () => {
    fc.assert(
      fc.property(
        word,
        merges,
        fc.record({
          unk_token: fc.constantFrom(undefined, '<unk>'),
          fuse_unk: fc.boolean(),
          byte_fallback: fc.boolean(),
          ignore_merges: fc.boolean(),
          end_of_word_suffix: fc.constantFrom(undefined, '</w>'),
        }),
        fc.boolean(),
        fc.boolean(),
        fc.subarray(['å', '😀', 'ab', '<0xC3>', '<0xA5>', 'c</w>']),
        (text, pairs, settings, isPlain, hasSpecial, others) => {
          const vocabulary = new Vocabulary();
          const made = pairs.map((pair) => pair.join(''));
          const suffixed = ['a</w>', 'b</w>'];
          const tokens = [...new Set(['<unk>', 'a', 'b', 'c', ...suffixed, ...others, ...made])];
          for (const [id, token] of tokens.entries()) vocabulary.add(token, id);
          for (const pair of pairs) vocabulary.addMerge(pair);
          const special = new Set(hasSpecial ? ['ab', 'bc', '<0xC3>'] : []);
          const parts = { json: {}, addedTokens: [], vocabulary, model: { type: 'BPE', ...settings } as const };
          const encoder = new BpeEncoder(parts, special);
          const first = firstTokens(text, settings, (token) => tokens.includes(token));
          const isTaken = (token: string) => !(isPlain && special.has(token));
          const rank = (left: string, right: string) => vocabulary.mergeRanks.get(JSON.stringify([left, right]));
          const isWhole = settings.ignore_merges && tokens.includes(text) && isTaken(text);
          let from = 0;
          const pieces = mergedSlowly(first, rank).flatMap((piece) => {
            const start = from;
            for (let length = 0; length < piece.length; from++) length += first[from]!.length;
            return isTaken(piece) || from === start + 1 ? [piece] : first.slice(start, from);
          });
          for (const found of [
            encoder.ids(text, isPlain),
            encoder.ids(text, isPlain),
            atOnce(encoder.idsOfLong(text, isPlain)),
          ])
            expect(found.map((id) => tokens[id])).toEqual(isWhole ? [text] : pieces);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
