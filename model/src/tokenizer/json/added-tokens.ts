import { PrefixTable } from '../sentencepiece/prefix-table.ts';
import type { AddedToken } from '../tokenizer-file.ts';

/** A text, or a token in it. */
export type Section =
  | { readonly kind: 'text'; readonly text: string; readonly from: number }
  | { readonly kind: 'token'; readonly id: number };

/** Places that are looked at between two pauses. */
const PIECE = 4_000;

/** Cuts texts at the tokens that were added to a model's vocabulary, as the original does. */
export class AddedTokens {
  readonly #table: PrefixTable;
  readonly #tokens: readonly AddedToken[];

  private constructor(table: PrefixTable, tokens: readonly AddedToken[]) {
    this.#table = table;
    this.#tokens = tokens;
  }

  /** @param texts those by which the tokens are found; one that is empty is not */
  static *of(tokens: readonly AddedToken[], texts: readonly string[]): Generator<void, AddedTokens> {
    const entries = texts.map((text, i) => [text, i] as const);
    return new AddedTokens(yield* PrefixTable.of(entries.filter(([text]) => text !== '')), tokens);
  }

  /** @param isPlain whether the texts of special tokens stay text */
  *cut(text: string, isPlain: boolean): Generator<void, Section[]> {
    const sections: Section[] = [];
    let done = 0;
    const addText = (to: number): void => {
      if (done < to) sections.push({ kind: 'text', text: text.slice(done, to), from: done });
    };
    for (let at = 0, looked = 1; at < text.length; looked++) {
      if (looked % PIECE === 0) yield;
      const { length, token } = this.#find(text, at);
      const from = at;
      at += Math.max(length, 1);
      if (token === undefined || (isPlain && token.special === true)) continue;
      if (token.single_word === true && !standsAlone(text, from, at)) continue;
      // Blanks beside the token are a part of it, as far as no token in front has them.
      const start = token.lstrip === true ? blanksBefore(text, from, done) : from;
      const end = token.rstrip === true ? blanksBehind(text, at) : at;
      addText(start);
      // A token of blanks may be a part of the one in front.
      if (start < end) sections.push({ kind: 'token', id: token.id });
      done = end;
    }
    addText(text.length);
    return sections;
  }

  /** The longest that begins there. */
  #find(text: string, at: number): { length: number; token?: AddedToken | undefined } {
    let found: { length: number; token?: AddedToken | undefined } = { length: 0 };
    this.#table.match(text, at, (length, i) => {
      found = { length, token: this.#tokens[i] };
    });
    return found;
  }
}

const BLANK = /^\p{White_Space}$/u;

/** Where the blanks in front of a place begin, but not before `least`. */
function blanksBefore(text: string, place: number, least: number): number {
  let start = place;
  while (start > least && BLANK.test(text.charAt(start - 1))) start -= 1;
  return Math.max(start, least);
}

/** Where the blanks behind a place end. */
function blanksBehind(text: string, place: number): number {
  let end = place;
  while (BLANK.test(text.charAt(end))) end += 1;
  return end;
}

const WORD_AT_END = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const WORD_AT_START = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function standsAlone(text: string, start: number, end: number): boolean {
  return !WORD_AT_END.test(text.slice(Math.max(0, start - 2), start)) && !WORD_AT_START.test(text.slice(end, end + 2));
}
