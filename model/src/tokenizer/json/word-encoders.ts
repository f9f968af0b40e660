import type { Model } from '@huggingface/tokenizers';
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
  ids(word: string, isPlain: boolean): readonly number[];
  /** The same in steps, which is faster where the word is long. */
  idsOfLong(word: string, isPlain: boolean): Generator<void, readonly number[]>;
}

/** Letters between two pauses. */
const PIECE = 500;

/** Short words that are kept with their ids, at most. */
const KEPT_WORDS = 10_000;

/**
 * By a WordPiece model of the library.
 * @param special texts that plain words do not have tokens for
 */
export function wordPieceEncoder(
  model: Model,
  { vocabulary: { ids: known } }: TokenizerParts,
  special: ReadonlySet<string>,
): WordEncoder {
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

/**
 * By byte pair encoding. The library settles only behind the last merge what becomes of a letter without a token of its own, and
 * takes a minute for a word of some megabytes.
 * @param special texts that plain words do not have tokens for
 */
export function bpeEncoder({ vocabulary, model }: TokenizerParts, special: ReadonlySet<string>): WordEncoder {
  const { ids, mergeRanks } = vocabulary;
  const suffix = typeof model.end_of_word_suffix === 'string' ? model.end_of_word_suffix : '';
  const unknown = typeof model.unk_token === 'string' && ids.has(model.unk_token) ? model.unk_token : undefined;
  const bytesOf = (letter: string): string[] | undefined => {
    const names = model.byte_fallback === true ? namesOfBytes(letter) : undefined;
    return names?.every((name) => ids.has(name)) ? names : undefined;
  };

  /** The tokens that are merged: one for a letter, or those for its bytes, or the one for what is unknown. */
  function* first(word: string): Generator<void, string[]> {
    const tokens: string[] = [];
    let isUnknown = false;
    const endUnknown = (): void => {
      if (isUnknown) tokens.push(unknown!);
      isUnknown = false;
    };
    for (let at = 0, done = 1; at < word.length; done++) {
      const end = at + unitsOf(word, at);
      const letter = word.slice(at, end) + (end < word.length ? '' : suffix);
      at = end;
      if (done % PIECE === 0) yield;
      const bytes = ids.has(letter) ? undefined : bytesOf(letter);
      // As in the original, bytes go before what is unknown in front of them.
      if (bytes !== undefined) tokens.push(...bytes);
      else if (ids.has(letter)) {
        endUnknown();
        tokens.push(letter);
      } else if (unknown !== undefined) {
        if (model.fuse_unk !== true) endUnknown();
        isUnknown = true;
      }
    }
    endUnknown();
    return tokens;
  }

  function* idsOf(word: string, isPlain: boolean): Generator<void, number[]> {
    if (model.ignore_merges === true && ids.has(word) && !(isPlain && special.has(word))) return [ids.get(word)!];
    const tokens = yield* first(word);
    const ends: number[] = [];
    let text = '';
    for (const token of tokens) {
      text += token;
      ends.push(text.length);
      if (ends.length % PIECE === 0) yield;
    }
    const merged = yield* mergeNeighbours(ends, (start, middle, end) =>
      mergeRanks.get(JSON.stringify([text.slice(start, middle), text.slice(middle, end)])),
    );
    const found: number[] = [];
    let [start, next] = [0, 0];
    for (const [i, end] of merged.entries()) {
      if (i % PIECE === PIECE - 1) yield;
      const piece = text.slice(start, end);
      const from = next;
      while (next < ends.length && ends[next]! <= end) next += 1;
      const id = isPlain && next > from + 1 && special.has(piece) ? undefined : ids.get(piece);
      if (id !== undefined) found.push(id);
      else for (const token of tokens.slice(from, next)) found.push(ids.get(token)!);
      start = end;
    }
    return found;
  }

  const kept = { plain: new Map<string, number[]>(), other: new Map<string, number[]>() };
  return {
    ids(word, isPlain) {
      const known = isPlain ? kept.plain : kept.other;
      const before = known.get(word);
      if (before !== undefined) return before;
      const found = atOnce(idsOf(word, isPlain));
      if (known.size >= KEPT_WORDS) known.clear();
      known.set(word, found);
      return found;
    },
    idsOfLong: idsOf,
  };
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
