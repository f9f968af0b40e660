import { BPE, type Model } from '@huggingface/tokenizers';
import { atOnce } from '../in-slices.ts';
import { mergeNeighbours } from '../merging.ts';
import { unitsOf } from '../sentencepiece/normaliser.ts';
import { PrefixTable } from '../sentencepiece/prefix-table.ts';
import { UNKNOWN_PENALTY } from '../sentencepiece/sentencepiece.ts';
import { type UnigramPieces, unigramPieces } from '../sentencepiece/unigram.ts';
import type { TokenizerParts } from '../tokenizer-file.ts';
import type { Vocabulary } from '../vocabulary.ts';

/** Where a word is plain, it holds no special token, though the model itself may have one for a part of it. */
export interface WordEncoder {
  ids(word: string, isPlain: boolean): number[];
  /** The same in steps, which is faster where the word is long. */
  idsOfLong(word: string, isPlain: boolean): Generator<void, number[]>;
}

/** Pieces between two pauses. */
const PIECES = 500;

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
  const ids = (word: string, isPlain: boolean): number[] => {
    let pieces = model.encode([word]);
    if (leavesOut && !isWhole(pieces, word))
      pieces = model.encode([[...word].filter((letter) => vocabulary.ids.has(letter)).join('')]);
    if (isPlain && pieces.some((piece) => special.has(piece)))
      pieces = pieces.flatMap((piece) => (special.has(piece) ? model.encode([...piece]) : [piece]));
    const found = pieces.map((piece) => vocabulary.ids.get(piece) ?? unknown).filter((id) => id !== undefined);
    return fuses && unknown !== undefined ? found.filter((id, i) => id !== unknown || found[i - 1] !== unknown) : found;
  };
  function* idsOfLong(word: string, isPlain: boolean): Generator<void, number[]> {
    if (!(model instanceof BPE)) return ids(word, isPlain);
    let pieces = yield* mergedPieces(word, model);
    if (
      leavesOut &&
      !isWhole(
        pieces.filter((piece) => vocabulary.ids.has(piece)),
        word,
      )
    ) {
      const known = [...word].filter((letter) => vocabulary.ids.has(letter));
      pieces = yield* mergedPieces(known.join(''), model);
    }
    const found: number[] = [];
    for (const [i, piece] of pieces.entries()) {
      if (i % PIECES === PIECES - 1) yield;
      for (const name of namesOf(piece, model)) {
        for (const part of isPlain && special.has(name) ? model.encode([...name]) : [name]) {
          const id = vocabulary.ids.get(part) ?? unknown;
          if (id !== undefined && !(fuses && id === unknown && found.at(-1) === unknown)) found.push(id);
        }
      }
    }
    return found;
  }
  return { ids, idsOfLong };
}

/**
 * The pieces of a word as the library merges it, which takes an object for each letter, and a minute for a word of some
 * megabytes.
 */
function* mergedPieces(word: string, model: BPE): Generator<void, string[]> {
  const { bpe_ranks: ranks, end_of_word_suffix: suffix, continuing_subword_suffix: inner } = model;
  if (model.ignore_merges && model.tokens_to_ids.has(word)) return [word];
  const text = word === '' ? '' : word + (suffix ?? '');
  const ends: number[] = [];
  for (let at = 0; at < word.length; ) {
    at += unitsOf(word, at);
    ends.push(at < word.length ? at : text.length);
    if (ends.length % PIECES === 0) yield;
  }
  const merged = yield* mergeNeighbours(ends, (start, middle, end) =>
    ranks.get(JSON.stringify([text.slice(start, middle), text.slice(middle, end)])),
  );
  const pieces: string[] = [];
  let start = 0;
  for (const end of merged) {
    pieces.push(text.slice(start, end) + (end < text.length ? (inner ?? '') : ''));
    start = end;
    if (pieces.length % PIECES === 0) yield;
  }
  return pieces;
}

/** The tokens for a piece: itself, or its bytes, or the one for what is unknown. */
function namesOf(piece: string, model: BPE): string[] {
  if (model.tokens_to_ids.has(piece)) return [piece];
  const bytes = model.byte_fallback ? namesOfBytes(piece) : undefined;
  if (bytes?.every((name) => model.tokens_to_ids.has(name))) return bytes;
  return model.unk_token == null ? [] : [model.unk_token];
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

const encoder = new TextEncoder();

/** Undefined where the vocabulary lacks one of them. */
function idsOfBytes(text: string, { ids }: Vocabulary): number[] | undefined {
  const found = namesOfBytes(text).map((name) => ids.get(name));
  return found.every((id) => id !== undefined) ? found : undefined;
}

function namesOfBytes(text: string): string[] {
  return Array.from(encoder.encode(text), (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}
