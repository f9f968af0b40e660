import { byteNames } from '../byte-names.ts';
import { atOnce } from '../in-slices.ts';
import { PrefixTable } from '../sentencepiece/prefix-table.ts';
import { UNKNOWN_PENALTY } from '../sentencepiece/sentencepiece.ts';
import { type UnigramPieces, unigramPieces } from '../sentencepiece/unigram.ts';
import type { TokenizerParts } from '../tokenizer-file.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { WordEncoder } from './word-encoder.ts';

/**
 * By a unigram model. The library's own reckons otherwise where two ways to cut a word are as good, and knows no bytes.
 * @param special texts of special tokens: a unigram vocabulary lists them beside the words
 */
export function* unigramEncoder(
  { vocabulary, model }: TokenizerParts,
  special: ReadonlyMap<string, number>,
): Generator<void, WordEncoder> {
  const { ids, texts, scores } = vocabulary;
  const unknown = typeof model.unk_id === 'number' ? model.unk_id : undefined;
  const least = scores.reduce((so, score) => Math.min(so, score), Number.POSITIVE_INFINITY);
  const entries = texts.map((text, id) => [text, id] as const);
  const pieces: UnigramPieces = {
    table: yield* PrefixTable.of(entries.filter(([text, id]) => ids.get(text) === id && !special.has(text))),
    score: (id) => scores[id]!,
    // No id of a piece.
    unknownId: -1,
    unknownScore: least - UNKNOWN_PENALTY,
    bits: 64,
  };
  function* idsOf(word: string): Generator<void, number[]> {
    const found: number[] = [];
    let unknownText = '';
    const endUnknown = (): void => {
      // There may be more of them than a call takes arguments.
      for (const id of unknownText === '' ? [] : idsOfUnknown(unknownText)) found.push(id);
      unknownText = '';
    };
    for (const { text, id } of yield* unigramPieces(word, pieces)) {
      if (id < 0) {
        unknownText += text;
        continue;
      }
      endUnknown();
      found.push(id);
    }
    endUnknown();
    return found;
  }
  return { ids: (word) => atOnce(idsOf(word)), idsOfLong: idsOf };

  /** Neighbours that are unknown are one token, or their bytes. */
  function idsOfUnknown(text: string): number[] {
    const bytes = model.byte_fallback === true ? idsOfBytes(text, vocabulary) : undefined;
    return bytes ?? (unknown === undefined ? [] : [unknown]);
  }
}

/** Undefined where the vocabulary lacks one of them. */
function idsOfBytes(text: string, { ids }: Vocabulary): number[] | undefined {
  const found = byteNames(text).map((name) => ids.get(name));
  return found.every((id) => id !== undefined) ? found : undefined;
}
