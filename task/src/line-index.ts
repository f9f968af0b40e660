import type { Position, Range } from '../../protocol/src/problem.ts';
import type { Span } from './json-tree.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Turns offsets in a text into lines and characters (both from 0, UTF-16) and back. A line ends at \n, \r\n or \r, as in
 * the language server protocol. Offsets and positions outside the text are moved to its nearest place.
 */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
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
    const inside = Math.min(Math.max(offset, 0), this.#length);
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
    if (position.line >= this.#starts.length) return this.#length;
    const line = Math.max(position.line, 0);
    const next = this.#starts[line + 1];
    const end = next === undefined ? this.#length : next - 1;
    return Math.min(this.#starts[line]! + Math.max(position.character, 0), end);
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(span.end) };
  }
}
