import type { JsonObject } from '../json.ts';

/** Takes some members of an object, or some elements of a list; the next ones come with the next call. */
export type TakePiece = (piece: JsonObject | readonly unknown[]) => void;

/** What is taken in pieces, by the keys that lead to it. */
export interface Apart {
  readonly [key: string]: Apart | TakePiece;
}

/** In bytes. About a millisecond's work. */
const PIECE = 32_768;

/**
 * Reads a JSON text as `JSON.parse` does, but with a pause after every piece of what is large, so that the thread can be
 * left to others there. What is taken apart is empty in the value that is returned.
 *
 * @param bytes UTF-8
 * @throws SyntaxError, or TypeError where the bytes are no UTF-8: at what `JSON.parse` refuses, and at a key that is taken
 * apart and stands twice
 */
export function* readJsonInPieces(bytes: Uint8Array, apart: Apart): Generator<void, unknown> {
  const reader = new Reader(bytes);
  if (startsWith(bytes, BYTE_ORDER_MARK)) reader.at = BYTE_ORDER_MARK.length;
  if (reader.next() !== OPEN_BRACE) return JSON.parse(reader.text(reader.at, bytes.length));
  const value = yield* reader.object(apart);
  if (reader.next() !== undefined) throw reader.unexpected();
  return value;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Finds its way by the bytes that JSON is built of, which stand nowhere inside a letter of UTF-8. */
class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  // A mark that is inside the text is a letter.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next byte that is no white space; undefined at the end. */
  next(): number | undefined {
    while (isSpace(this.#bytes[this.at])) this.at += 1;
    return this.#bytes[this.at];
  }

  /** Reads an object at whose brace the reader stands. */
  *object(apart: Apart): Generator<void, JsonObject> {
    const members = new Map<string, unknown>();
    this.at += 1;
    if (this.next() === CLOSE_BRACE) {
      this.at += 1;
      return {};
    }
    while (true) {
      const key = this.#key();
      const inner = Object.hasOwn(apart, key) ? apart[key] : undefined;
      if (inner !== undefined && members.has(key)) throw this.unexpected();
      members.set(key, yield* this.#value(inner));
      const end = this.next();
      if (end !== COMMA && end !== CLOSE_BRACE) throw this.unexpected();
      this.at += 1;
      if (end === CLOSE_BRACE) return Object.fromEntries(members);
    }
  }

  /** Reads a key with its colon. */
  #key(): string {
    if (this.next() !== QUOTE) throw this.unexpected();
    const from = this.at;
    this.at = this.#endOfString(from) + 1;
    const key = JSON.parse(this.text(from, this.at)) as string;
    if (this.next() !== COLON) throw this.unexpected();
    this.at += 1;
    return key;
  }

  *#value(apart: Apart | TakePiece | undefined): Generator<void, unknown> {
    const first = this.next();
    if (typeof apart === 'object' && first === OPEN_BRACE) return yield* this.object(apart);
    if (typeof apart === 'function' && (first === OPEN_BRACE || first === OPEN_BRACKET)) {
      yield* this.#pieces(apart);
      return first === OPEN_BRACE ? {} : [];
    }
    const start = this.at;
    this.at = this.#endOfMembers(start, 0);
    const value: unknown = JSON.parse(this.text(start, this.at));
    yield;
    return value;
  }

  /** Hands on an object or a list at whose start the reader stands. */
  *#pieces(take: TakePiece): Generator<void> {
    const isObject = this.#bytes[this.at] === OPEN_BRACE;
    const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
    this.at += 1;
    for (let isFirst = true; ; isFirst = false) {
      const start = this.at;
      this.at = this.#endOfMembers(start, PIECE);
      const text = this.text(start, this.at);
      const end = this.#bytes[this.at];
      // Nothing at all may stand between the brackets, but not behind a comma or in front of one.
      if ((!isFirst || end === COMMA) && text.trim() === '') throw this.unexpected();
      if (end !== COMMA && end !== close) throw this.unexpected();
      take(JSON.parse(isObject ? `{${text}}` : `[${text}]`));
      this.at += 1;
      if (end === close) return;
      yield;
    }
  }

  /** The comma behind so many bytes of members, or the bracket behind the last of them. */
  #endOfMembers(from: number, atLeast: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) at = this.#endOfString(at);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) return at;
        depth -= 1;
      } else if (byte === COMMA && depth === 0 && at - from >= atLeast) return at;
    }
    return bytes.length;
  }

  /** The closing quote of a string. */
  #endOfString(from: number): number {
    let end = from;
    while (true) {
      end = this.#bytes.indexOf(QUOTE, end + 1);
      if (end < 0) return this.#bytes.length;
      let backslashes = 0;
      while (this.#bytes[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
      if (backslashes % 2 === 0) return end;
    }
  }

  text(from: number, to: number): string {
    return this.#decoder.decode(this.#bytes.subarray(from, to));
  }

  unexpected(): SyntaxError {
    return new SyntaxError(`unexpected byte at ${this.at}`);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
