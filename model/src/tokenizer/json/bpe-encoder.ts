import { byteNames } from '../byte-names.ts';
import { atOnce } from '../in-slices.ts';
import { mergeNeighbours } from '../merging.ts';
import { unitsOf } from '../sentencepiece/normaliser.ts';
import type { TokenizerParts } from '../tokenizer-file.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { WordEncoder } from './word-encoder.ts';

/** Letters between two pauses. */
const PIECE = 500;

/** Short words that are kept with their ids, at most. */
const KEPT_WORDS = 10_000;

/**
 * By byte pair encoding. The library settles only behind the last merge what becomes of a letter without a token of its own, and
 * takes a minute for a word of some megabytes.
 */
export class BpeEncoder implements WordEncoder {
  readonly #vocabulary: Vocabulary;
  readonly #ignoresMerges: boolean;
  readonly #letters: Letters;
  readonly #special: ReadonlySet<string>;
  readonly #kept = { plain: new Map<string, number[]>(), other: new Map<string, number[]>() };

  /** @param special texts that plain words do not have tokens for */
  constructor({ vocabulary, model }: TokenizerParts, special: ReadonlySet<string>) {
    this.#vocabulary = vocabulary;
    this.#ignoresMerges = model.ignore_merges === true;
    this.#letters = new Letters(vocabulary, model);
    this.#special = special;
  }

  ids(word: string, isPlain: boolean): number[] {
    const kept = isPlain ? this.#kept.plain : this.#kept.other;
    const before = kept.get(word);
    if (before !== undefined) return before;
    const found = atOnce(this.idsOfLong(word, isPlain));
    if (kept.size >= KEPT_WORDS) kept.clear();
    kept.set(word, found);
    return found;
  }

  *idsOfLong(word: string, isPlain: boolean): Generator<void, number[]> {
    const { ids, mergeRanks } = this.#vocabulary;
    const whole = this.#ignoresMerges && !(isPlain && this.#special.has(word)) ? ids.get(word) : undefined;
    if (whole !== undefined) return [whole];
    const unmerged = yield* joined(yield* this.#letters.tokens(word));
    const { text, ends } = unmerged;
    const merged = yield* mergeNeighbours(ends, (start, middle, end) =>
      mergeRanks.get(JSON.stringify([text.slice(start, middle), text.slice(middle, end)])),
    );
    return yield* this.#idsOfMerged(unmerged, merged, isPlain);
  }

  /** What has been merged into something without a token, or into one that is not to be, is the tokens that it was at first. */
  *#idsOfMerged({ tokens, text, ends }: Joined, merged: number[], isPlain: boolean): Generator<void, number[]> {
    const { ids } = this.#vocabulary;
    const found: number[] = [];
    let [start, next] = [0, 0];
    for (const [i, end] of merged.entries()) {
      if (i % PIECE === PIECE - 1) yield;
      const piece = text.slice(start, end);
      const from = next;
      while (next < ends.length && ends[next]! <= end) next += 1;
      const id = isPlain && next > from + 1 && this.#special.has(piece) ? undefined : ids.get(piece);
      if (id !== undefined) found.push(id);
      else for (const token of tokens.slice(from, next)) found.push(ids.get(token)!);
      start = end;
    }
    return found;
  }
}

/** Tokens in a row. */
interface Joined {
  readonly tokens: readonly string[];
  readonly text: string;
  /** Where each ends in the text. */
  readonly ends: readonly number[];
}

function* joined(tokens: readonly string[]): Generator<void, Joined> {
  const ends: number[] = [];
  let text = '';
  for (const token of tokens) {
    text += token;
    ends.push(text.length);
    if (ends.length % PIECE === 0) yield;
  }
  return { tokens, text, ends };
}

/** Makes a word into the tokens that are merged: one for a letter, or those for its bytes, or the one for what is unknown. */
class Letters {
  readonly #ids: ReadonlyMap<string, number>;
  /** Behind the last letter of a word. */
  readonly #suffix: string;
  readonly #hasBytes: boolean;
  readonly #unknown: string | undefined;
  readonly #fusesUnknown: boolean;

  constructor({ ids }: Vocabulary, model: TokenizerParts['model']) {
    this.#ids = ids;
    this.#suffix = typeof model.end_of_word_suffix === 'string' ? model.end_of_word_suffix : '';
    this.#hasBytes = model.byte_fallback === true;
    this.#unknown = typeof model.unk_token === 'string' && ids.has(model.unk_token) ? model.unk_token : undefined;
    this.#fusesUnknown = model.fuse_unk === true;
  }

  *tokens(word: string): Generator<void, string[]> {
    const tokens: string[] = [];
    let isUnknown = false;
    const endUnknown = (): void => {
      if (isUnknown) tokens.push(this.#unknown!);
      isUnknown = false;
    };
    for (let at = 0, done = 1; at < word.length; done++) {
      const end = at + unitsOf(word, at);
      const letter = word.slice(at, end) + (end < word.length ? '' : this.#suffix);
      at = end;
      if (done % PIECE === 0) yield;
      if (this.#ids.has(letter)) {
        endUnknown();
        tokens.push(letter);
        continue;
      }
      const bytes = this.#bytesOf(letter);
      // As in the original, bytes go before what is unknown in front of them.
      if (bytes !== undefined) tokens.push(...bytes);
      else if (this.#unknown !== undefined) {
        if (!this.#fusesUnknown) endUnknown();
        isUnknown = true;
      }
    }
    endUnknown();
    return tokens;
  }

  /** Undefined where the vocabulary lacks one of them. */
  #bytesOf(letter: string): string[] | undefined {
    const names = this.#hasBytes ? byteNames(letter) : undefined;
    return names?.every((name) => this.#ids.has(name)) ? names : undefined;
  }
}
