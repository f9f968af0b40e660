import { t } from '../../../l10n/src/words.ts';
import { MAX_LINE_BYTES } from '../rows.ts';

/** A line of a table that is not blank, as its cells. With line ends in quoted cells it takes several lines of the file. */
export interface TableRecord {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const QUOTE = '"';
const RETURN = 13;
const FEED = 10;

/**
 * Reads a table in CSV (RFC 4180), a part of its text at a time; holds no more than the part and one unfinished record. Lines end
 * at \n, \r\n or \r, whichever stands there. What stands behind a closing quotation mark belongs to the cell.
 */
export class TableReader {
  readonly #separator: string;
  readonly #mostUnits: number;
  #text = '';
  #line: number;
  #problem: { readonly line: number; readonly message: string } | undefined;

  /** @param mostUnits a longer record is not read @param line the number of the first line */
  constructor(separator: string, { mostUnits = MAX_LINE_BYTES, line = 1 } = {}) {
    this.#separator = separator;
    this.#mostUnits = mostUnits;
    this.#line = line;
  }

  /** Why the table is not read to its end; undefined where nothing is wrong so far. */
  get problem(): { readonly line: number; readonly message: string } | undefined {
    return this.#problem;
  }

  /** The records that end in this part. */
  push(text: string): TableRecord[] {
    this.#text += text;
    return this.#records(false);
  }

  /** The last record, where the table does not end with a line end. */
  end(): TableRecord[] {
    return this.#records(true);
  }

  #records(isEnd: boolean): TableRecord[] {
    const records: TableRecord[] = [];
    let start = 0;
    while (this.#problem === undefined && start < this.#text.length) {
      const found = recordAt(this.#text, start, this.#separator, isEnd);
      if (found === undefined) {
        if (isEnd) this.#problem = { line: this.#line, message: unclosed() };
        break;
      }
      if (found.cells.some((cell) => cell.trim() !== '')) records.push({ line: this.#line, cells: found.cells });
      this.#line += 1 + found.lineEnds;
      start = found.end;
    }
    this.#text = this.#text.slice(start);
    if (this.#problem === undefined && this.#text.length > this.#mostUnits) {
      this.#problem = { line: this.#line, message: tooLong(this.#mostUnits) };
    }
    if (this.#problem !== undefined) this.#text = '';
    return records;
  }
}

function unclosed(): string {
  return t('A cell that begins with a quotation mark does not end: the closing one is missing.');
}

function tooLong(most: number): string {
  return t('This row has more than {0} letters, so that it is not read: is a quotation mark missing?', most);
}

interface FoundRecord {
  readonly cells: readonly string[];
  /** Behind the line's end. */
  readonly end: number;
  /** In quoted cells. */
  readonly lineEnds: number;
}

/** @returns undefined where the record does not end in this text */
function recordAt(text: string, start: number, separator: string, isEnd: boolean): FoundRecord | undefined {
  const cells: string[] = [];
  let lineEnds = 0;
  let at = start;
  while (true) {
    let cell = '';
    if (text[at] === QUOTE) {
      const quoted = quotedAt(text, at + 1, isEnd);
      if (quoted === undefined) return undefined;
      cell = quoted.value;
      lineEnds += countLineEnds(cell);
      at = quoted.end;
    }
    const from = at;
    at = cellEnd(text, at, separator);
    cell += text.slice(from, at);
    cells.push(cell);
    if (at < text.length && text.startsWith(separator, at)) {
      at += separator.length;
      continue;
    }
    // A \n may follow a \r in the next part.
    if (!isEnd && (at >= text.length || (text.charCodeAt(at) === RETURN && at + 1 === text.length))) return undefined;
    const isPair = text.charCodeAt(at) === RETURN && text.charCodeAt(at + 1) === FEED;
    return { cells, end: Math.min(text.length, at + (isPair ? 2 : 1)), lineEnds };
  }
}

function cellEnd(text: string, from: number, separator: string): number {
  const first = separator.charCodeAt(0);
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === FEED || unit === RETURN) return at;
    if (unit === first && text.startsWith(separator, at)) return at;
  }
  return text.length;
}

/** The cell from behind its quotation mark on, in which a doubled one stands for one. */
function quotedAt(text: string, from: number, isEnd: boolean): { value: string; end: number } | undefined {
  let value = '';
  let start = from;
  while (true) {
    const quote = text.indexOf(QUOTE, start);
    if (quote < 0 || (quote + 1 === text.length && !isEnd)) return undefined;
    if (text[quote + 1] !== QUOTE) return { value: value + text.slice(start, quote), end: quote + 1 };
    value += text.slice(start, quote + 1);
    start = quote + 2;
  }
}

const countLineEnds = (text: string) => text.match(/\r\n|\r|\n/g)?.length ?? 0;

const SEPARATORS = ['\t', ';', ','] as const;

/** What separates the cells of a table, by its beginning, and how much of that is no table but tells programs so. */
export function separatorOf(beginning: string): { readonly separator: string; readonly length: number } {
  // By such a line Excel is told.
  const [line, named] = /^sep=([^\r\n"])(?:\r\n|\r|\n)/i.exec(beginning) ?? [];
  if (line !== undefined && named !== undefined) return { separator: named, length: line.length };
  // What the first line has most of.
  const counts = SEPARATORS.map((separator) => firstRecord(beginning, separator)?.cells.length ?? 0);
  return { separator: SEPARATORS[counts.indexOf(Math.max(...counts))]!, length: 0 };
}

function firstRecord(text: string, separator: string): FoundRecord | undefined {
  for (let start = 0; start < text.length; ) {
    const record = recordAt(text, start, separator, true);
    if (record === undefined || record.cells.some((cell) => cell.trim() !== '')) return record;
    start = record.end;
  }
  return undefined;
}
