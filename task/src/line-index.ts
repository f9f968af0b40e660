import type { Position, Range } from '../../protocol/src/problem.ts';
import type { Span } from './json-tree.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Turns offsets in a text into lines and characters (both from 0, UTF-16) and back. A line ends at \n, \r\n or \r, as in
 * the language server protocol. Offsets and positions outside the text are moved to its nearest place.
 */
export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    if (!text.includes('\r')) {
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
      return;
    }
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === LINE_FEED || (unit === CARRIAGE_RETURN && text.charCodeAt(i + 1) !== LINE_FEED)) {
        this.#starts.push(i + 1);
      }
    }
  }

  position(offset: number): Position {
    const inside = Math.min(Math.max(offset, 0), this.#text.length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: inside - this.#starts[low]! };
  }

  offset(position: Position): number {
    if (position.line >= this.#starts.length) return this.#text.length;
    const line = Math.max(position.line, 0);
    return Math.min(this.#starts[line]! + Math.max(position.character, 0), this.#endOf(line));
  }

  /** Where a line's characters end: in front of what ends it. */
  #endOf(line: number): number {
    const next = this.#starts[line + 1];
    if (next === undefined) return this.#text.length;
    return this.#text.endsWith('\r\n', next) ? next - 2 : next - 1;
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(span.end) };
  }
}

/** One place of a text where something else is meant. */
export interface Mend extends Span {
  readonly newText: string;
}

/** Where the places of what a text is meant to be stand in the text as it is written. */
export class LinesAsWritten extends LineIndex {
  readonly mend: Mend;

  constructor(written: string, mend: Mend) {
    super(written);
    this.mend = mend;
  }

  override position(offset: number): Position {
    const { start, end, newText } = this.mend;
    const behind = offset - start - newText.length;
    return super.position(behind >= 0 ? end + behind : Math.min(offset, start));
  }

  override offset(position: Position): number {
    const { start, end, newText } = this.mend;
    const offset = super.offset(position);
    return offset >= end ? offset - end + start + newText.length : Math.min(offset, start);
  }
}
