import { BPE, type Model } from '@huggingface/tokenizers';
import { PrefixTable } from '../sentencepiece/prefix-table.ts';
import { UNKNOWN_PENALTY } from '../sentencepiece/sentencepiece.ts';
import { type UnigramPieces, unigramPieces } from '../sentencepiece/unigram.ts';
import type { TokenizerParts } from '../tokenizer-file.ts';
import type { Vocabulary } from '../vocabulary.ts';

/** Ids of a word. Where it is plain, it holds no special token, though the model itself may have one for a part of it. */
export type WordEncoder = (word: string, isPlain: boolean) => number[];

/**
 * By a model of the library.
 * @param special texts that plain words do not have tokens for
 */
export function wordEncoder(model: Model, parts: TokenizerParts, special: ReadonlySet<string>): WordEncoder {
  const { vocabulary, model: settings } = parts;
  const { unk_token_id: unknown } = model;
  const fuses = settings.fuse_unk === true;
  // What has no token at all is left out before anything is merged; the library leaves it out afterwards.
  const leavesOut = model instanceof BPE && unknown === undefined && settings.byte_fallback !== true;
  return (word, isPlain) => {
    let pieces = model.encode([word]);
    if (leavesOut && !isWhole(pieces, word))
      pieces = model.encode([[...word].filter((letter) => vocabulary.ids.has(letter)).join('')]);
    if (isPlain && pieces.some((piece) => special.has(piece)))
      pieces = pieces.flatMap((piece) => (special.has(piece) ? model.encode([...piece]) : [piece]));
    const ids = pieces.map((piece) => vocabulary.ids.get(piece) ?? unknown).filter((id) => id !== undefined);
    return fuses && unknown !== undefined ? ids.filter((id, i) => id !== unknown || ids[i - 1] !== unknown) : ids;
  };
}

function isWhole(pieces: readonly string[], word: string): boolean {
  return pieces.reduce((length, piece) => length + piece.length, 0) >= word.length;
}

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
  return (word) => {
    const found: number[] = [];
    let unknownText = '';
    const endUnknown = (): void => {
      if (unknownText !== '') found.push(...idsOfUnknown(unknownText));
      unknownText = '';
    };
    for (const { text, id } of unigramPieces(word, pieces)) {
      if (id < 0) {
        unknownText += text;
        continue;
      }
      endUnknown();
      found.push(id);
    }
    endUnknown();
    return found;
  };

  /** Neighbours that are unknown are one token, or their bytes. */
  function idsOfUnknown(text: string): number[] {
    const bytes = model.byte_fallback === true ? idsOfBytes(text, vocabulary) : undefined;
    return bytes ?? (unknown === undefined ? [] : [unknown]);
  }
}

const encoder = new TextEncoder();

/** Undefined where the vocabulary lacks one of them. */
function idsOfBytes(text: string, { ids }: Vocabulary): number[] | undefined {
  const found = Array.from(encoder.encode(text), (byte) =>
    ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
  return found.every((id) => id !== undefined) ? found : undefined;
}
