import type { Model } from '@huggingface/tokenizers';
import type { Vocabulary } from '../vocabulary.ts';
import type { WordEncoder } from './word-encoder.ts';

/**
 * By a WordPiece model of the library.
 * @param special texts that plain words do not have tokens for
 */
export function wordPieceEncoder(model: Model, { ids: known }: Vocabulary, special: ReadonlySet<string>): WordEncoder {
  const ids = (word: string, isPlain: boolean): number[] =>
    model
      .encode([word])
      .flatMap((piece) => (isPlain && special.has(piece) ? model.encode([...piece]) : [piece]))
      .map((piece) => known.get(piece))
      .filter((id) => id !== undefined);
  return {
    ids,
    *idsOfLong(word, isPlain) {
      yield;
      return ids(word, isPlain);
    },
  };
}
