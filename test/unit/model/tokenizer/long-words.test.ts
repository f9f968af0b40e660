import { BPE } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../../model/src/tokenizer/in-slices.ts';
import { wordEncoder } from '../../../../model/src/tokenizer/json/word-encoders.ts';
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

describe('a long word', () => {
  it('has the ids that it has when it is short', () => {
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
          for (const [id, token] of [...new Set(['<unk>', 'a', 'b', 'c', ...suffixed, ...others, ...made])].entries())
            vocabulary.add(token, id);
          for (const pair of pairs) vocabulary.addMerge(pair);
          const model = new BPE({ type: 'BPE', ...settings, vocab: Object.fromEntries(vocabulary.ids), merges: pairs });
          const special = new Set(hasSpecial ? ['ab', 'bc', '<0xC3>'] : []);
          const parts = { json: {}, addedTokens: [], vocabulary, model: { type: 'BPE', ...settings } as const };
          const { ids, idsOfLong } = wordEncoder(model, parts, special);
          expect(atOnce(idsOfLong(text, isPlain))).toEqual(ids(text, isPlain));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
