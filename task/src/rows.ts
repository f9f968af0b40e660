import { t } from '../../l10n/src/words.ts';
import { MAX_DEPTH, parseJsonTree, type Span } from './json-tree.ts';

/** A row as it was read; its values are checked by the rules. */
export type RowObject = Readonly<Record<string, unknown>>;

interface RowPlace {
  /** From 0. */
  line: number;
  /** Where the line starts in the file, after a byte order mark. */
  byteOffset: number;
  /** Without the line's end. */
  byteLength: number;
  text: string;
}

export interface GoodRow extends RowPlace {
  value: RowObject;
}

/** A line that is not a row; the problem's offsets are in `text`. */
export interface BadRow extends RowPlace {
  value: undefined;
  problem: Span & { message: string };
}

export type DataRow = GoodRow | BadRow;

/** A longer line is not read: no row that fits a model comes near it. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const REPLACEMENT = '\ufffd';
export const BYTE_ORDER_MARK = '\ufeff';

export interface RowReaderOptions {
  maxLineBytes?: number;
  /** False for a part of a file, in whose first line a byte order mark is a mistake like anywhere else. */
  isStart?: boolean;
}

/**
 * Splits the bytes of a JSONL file into rows, a chunk at a time; holds no more than the chunk and one unfinished line.
 * Lines end at \n, \r\n or \r, as editors count them. Blank lines are passed over. It never throws at bad input.
 */
export class RowReader {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  readonly #maxLineBytes: number;
  readonly #isStart: boolean;
  #line = 0;
  /** Of the first byte that belongs to no finished line. */
  #offset = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #pendingIsTooLong = false;
  #lastWasCarriageReturn = false;

  constructor({ maxLineBytes = MAX_LINE_BYTES, isStart = true }: RowReaderOptions = {}) {
    this.#maxLineBytes = maxLineBytes;
    this.#isStart = isStart;
  }

  /** How many lines have ended. */
  get lines(): number {
    return this.#line;
  }

  /** Where the first line starts that has not ended, in bytes. */
  get offset(): number {
    return this.#offset;
  }

  /** The rows whose lines end in this chunk. */
  push(chunk: Uint8Array): DataRow[] {
    const rows: DataRow[] = [];
    if (chunk.length === 0) return rows;
    let from = this.#lastWasCarriageReturn && chunk[0] === LINE_FEED ? 1 : 0;
    this.#offset += from;
    this.#lastWasCarriageReturn = chunk[chunk.length - 1] === CARRIAGE_RETURN;
    let nextReturn = chunk.indexOf(CARRIAGE_RETURN, from);
    let nextFeed = chunk.indexOf(LINE_FEED, from);
    let mayFinishTogether = true;
    while (nextReturn >= 0 || nextFeed >= 0) {
      if (mayFinishTogether && nextReturn < 0 && this.#pendingBytes === 0 && this.#line > 0) {
        const end = chunk.lastIndexOf(LINE_FEED) + 1;
        if (this.#finishLines(chunk.subarray(from, end), rows)) {
          from = end;
          break;
        }
        // To try it again behind each line, such as of a file in Latin-1, would decode all that follows as often.
        mayFinishTogether = false;
      }
      const atReturn = nextReturn >= 0 && (nextFeed < 0 || nextReturn < nextFeed);
      const end = atReturn ? nextReturn : nextFeed;
      const pair = atReturn && nextFeed === end + 1;
      const next = end + (pair ? 2 : 1);
      this.#finishLine(chunk.subarray(from, end), next - end, rows);
      from = next;
      nextReturn = nextOf(CARRIAGE_RETURN, nextReturn, chunk, from);
      nextFeed = nextOf(LINE_FEED, nextFeed, chunk, from);
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return rows;
  }

  /**
   * Finishes whole lines that end at line feeds, decoding them together, which is much faster than one by one.
   *
   * @returns false when nothing was done, since they need a closer look
   */
  #finishLines(bytes: Uint8Array, rows: DataRow[]): boolean {
    if (bytes.length > this.#maxLineBytes) return false;
    const text = this.#decoder.decode(bytes);
    if (text.includes(REPLACEMENT)) return false;
    const isAscii = text.length === bytes.length;
    let [start, byteStart] = [0, 0];
    while (start < text.length) {
      const end = text.indexOf('\n', start);
      const byteEnd = isAscii ? end : bytes.indexOf(LINE_FEED, byteStart);
      const line = text.slice(start, end);
      const row = parseRow(line);
      const byteLength = byteEnd - byteStart;
      if (row !== undefined) rows.push({ line: this.#line, byteOffset: this.#offset, byteLength, text: line, ...row });
      this.#line += 1;
      this.#offset += byteLength + 1;
      start = end + 1;
      byteStart = byteEnd + 1;
    }
    return true;
  }

  /** The last line, when the file does not end with a line end. */
  end(): DataRow[] {
    const rows: DataRow[] = [];
    if (this.#pendingBytes > 0) this.#finishLine(new Uint8Array(), 0, rows);
    return rows;
  }

  #keep(bytes: Uint8Array): void {
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > this.#maxLineBytes) {
      this.#pendingIsTooLong = true;
      this.#pending = [];
    } else {
      // A copy, since whoever reads the file may use its buffer again.
      this.#pending.push(bytes.slice());
    }
  }

  #finishLine(rest: Uint8Array, endLength: number, rows: DataRow[]): void {
    let bytes = rest;
    const byteLength = this.#pendingBytes + rest.length;
    if (this.#pending.length > 0) bytes = joined(this.#pending, rest);
    const isTooLong = this.#pendingIsTooLong || byteLength > this.#maxLineBytes;
    const place = { line: this.#line, byteOffset: this.#offset, byteLength };
    this.#line += 1;
    this.#offset += byteLength + endLength;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#pendingIsTooLong = false;
    if (isTooLong) {
      rows.push({ ...place, ...tooLong(byteLength, this.#maxLineBytes) });
      return;
    }
    if (this.#isStart && place.line === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      bytes = bytes.subarray(3);
      place.byteOffset = 3;
      place.byteLength -= 3;
    }
    const text = this.#decoder.decode(bytes);
    if (text.includes(REPLACEMENT)) {
      const bad = this.#firstInvalid(bytes, text);
      if (bad >= 0) {
        const message = t('This is not UTF-8 text; save the file as UTF-8.');
        rows.push({ ...place, text, value: undefined, problem: { start: bad, end: bad + 1, message } });
        return;
      }
    }
    const row = parseRow(text);
    if (row !== undefined) rows.push({ ...place, text, ...row });
  }

  /** The unit of `text` that stands for the first byte that is not UTF-8; -1 when the text itself holds U+FFFD. */
  #firstInvalid(bytes: Uint8Array, text: string): number {
    let offset = 0;
    let from = 0;
    for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, from)) {
      offset += this.#encoder.encode(text.slice(from, at)).length;
      if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return at;
      offset += 3;
      from = at + 1;
    }
    return -1;
  }
}

/** Where a byte next stands from a place on, below 0 for nowhere; `known` is where it stood next before. */
function nextOf(byte: number, known: number, chunk: Uint8Array, from: number): number {
  return known >= 0 && known < from ? chunk.indexOf(byte, from) : known;
}

/** What is told of a line that is too long to be read. */
export function tooLong(byteLength: number, most: number): Pick<BadRow, 'text' | 'value' | 'problem'> {
  const message = t('This line has {0} bytes; more than {1} are not read.', byteLength, most);
  return { text: '', value: undefined, problem: { start: 0, end: 0, message } };
}

function joined(parts: Uint8Array[], rest: Uint8Array): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, rest.length));
  let offset = 0;
  for (const part of [...parts, rest]) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

type RowReading = { value: RowObject } | { value: undefined; problem: Span & { message: string } };

/** Reads one line of a data file; undefined for a blank one. */
export function parseRow(text: string): RowReading | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (text.trim() === '') return undefined;
    return { value: undefined, problem: syntaxProblem(text) };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return isTooDeep(value) ? { value: undefined, problem: syntaxProblem(text) } : { value: value as RowObject };
  }
  return { value: undefined, problem: { ...trimmedSpan(text), message: noObject() } };
}

/** Whether a row is nested deeper than the tolerant parser goes; whoever goes through it by calls would run out of them. */
function isTooDeep(row: object): boolean {
  let level: unknown[] = [row];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= MAX_DEPTH) return true;
    const inner: unknown[] = [];
    for (const value of level) {
      for (const field of Object.values(value as object))
        if (typeof field === 'object' && field !== null) inner.push(field);
    }
    level = inner;
  }
  return false;
}

function noObject(): string {
  return t('A row must be a JSON object, such as {"taskname": "…"}.');
}

/** Only JSON.parse is fast enough for every row, and only the tolerant parser knows where the mistake is. */
function syntaxProblem(text: string): Span & { message: string } {
  const error = parseJsonTree(text, { comments: false }).errors[0];
  if (error === undefined) return { ...trimmedSpan(text), message: t('This line is not a JSON object.') };
  // A table with commas, or a list over several lines: what JSON lacks at this place would help nobody.
  if (!text.trimStart().startsWith('{')) return { start: error.start, end: error.end, message: noObject() };
  return { start: error.start, end: error.end, message: `${t('This line is not a JSON object.')} ${error.message}` };
}

export function trimmedSpan(text: string): Span {
  const start = text.length - text.trimStart().length;
  return { start, end: Math.max(start, text.trimEnd().length) };
}

/** All rows of a file, a chunk's worth at a time; the fastest way to go through a long file. */
export async function* readRowBatches(
  chunks: AsyncIterable<Uint8Array>,
  options: RowReaderOptions = {},
): AsyncGenerator<DataRow[]> {
  const reader = new RowReader(options);
  for await (const chunk of chunks) {
    const rows = reader.push(chunk);
    if (rows.length > 0) yield rows;
  }
  const last = reader.end();
  if (last.length > 0) yield last;
}
