import type { Position } from '../../../protocol/src/problem.ts';
import type { DataBlock } from './data-index.ts';

/** In UTF-16 units: small enough to be put together anew for a keystroke, large enough that there are few. */
const BLOCK_UNITS = 32 * 1024;

/** A text in blocks of whole lines, so that an edit touches some of it only. */
export type TextBlock = DataBlock & { readonly text: string };

/** Blocks that took the place of others. */
export interface TextSplice {
  readonly at: number;
  readonly removed: readonly TextBlock[];
  readonly added: readonly TextBlock[];
  /** How many lines at the start of both are the same, and how many at their end. */
  readonly sameBefore: number;
  readonly sameAfter: number;
}

/** The text of an open document, to be changed by edits. Lines end as in the language server protocol: \n, \r\n or \r. */
export class TextBlocks {
  readonly #blockUnits: number;
  #blocks: TextBlock[];
  #text: string | undefined;

  /** @param blockUnits from how many UTF-16 units on a block ends with the line */
  constructor(text: string, blockUnits = BLOCK_UNITS) {
    this.#blockUnits = blockUnits;
    this.#blocks = blocksOf(text, blockUnits);
  }

  get blocks(): readonly TextBlock[] {
    return this.#blocks;
  }

  /** The whole text, put together when it is asked for. */
  get text(): string {
    this.#text ??= this.#blocks.map(({ text }) => text).join('');
    return this.#text;
  }

  /** Replaces what is between two positions. Positions outside the text are moved to its nearest place. */
  edit(from: Position, to: Position, newText: string): TextSplice {
    const start = this.#locate(from);
    const end = this.#locate(to);
    const isForward = start.block < end.block || (start.block === end.block && start.offset <= end.offset);
    return isForward ? this.#replace(start, end, newText) : this.#replace(end, start, newText);
  }

  /** Takes a whole new text, of which most is usually the old one. */
  replaceAll(text: string): TextSplice {
    const blocks = this.#blocks;
    let first = 0;
    let start = 0;
    // Only comparing whole slices is fast enough for every keystroke in a long file.
    while (first < blocks.length && text.slice(start, start + blocks[first]!.text.length) === blocks[first]!.text) {
      start += blocks[first++]!.text.length;
    }
    let last = blocks.length;
    let end = text.length;
    while (last > first) {
      const before = blocks[last - 1]!.text;
      if (end - before.length < start || text.slice(end - before.length, end) !== before) break;
      end -= before.length;
      last -= 1;
    }
    const old = blocks
      .slice(first, last)
      .map((block) => block.text)
      .join('');
    const middle = text.slice(start, end);
    const before = samePrefix(old, middle);
    const after = sameSuffix(old, middle, before);
    const inside = middle.slice(before, middle.length - after);
    return this.#replace(this.#placeAt(first, before), this.#placeAt(first, old.length - after), inside);
  }

  /** A line without its end; undefined behind the last one. */
  line(number: number): string | undefined {
    let left = number;
    for (const { lines, text } of this.#blocks) {
      if (left >= lines) {
        left -= lines;
        continue;
      }
      let start = 0;
      for (; left > 0; left--) start = lineEnd(text, start).next;
      return text.slice(start, lineEnd(text, start).end);
    }
    // Behind the last line end there is a line, though there is nothing in it.
    return left === 0 && /^$|[\n\r]$/.test(this.#blocks.at(-1)?.text.slice(-1) ?? '') ? '' : undefined;
  }

  #replace(start: Place, end: Place, newText: string): TextSplice {
    this.#text = undefined;
    let at = start.block;
    let before = this.#blocks[start.block]?.text.slice(0, start.offset) ?? '';
    const after = this.#blocks[end.block]?.text.slice(end.offset) ?? '';
    // A line feed behind a carriage return belongs to the line in front of it.
    if (before === '' && at > 0 && (newText + after.slice(0, 1)).startsWith('\n')) {
      before = this.#blocks[--at]!.text;
    }
    const removed = this.#blocks.slice(at, Math.min(end.block + 1, this.#blocks.length));
    const added = blocksOf(before + newText + after, this.#blockUnits);
    this.#blocks = this.#blocks.toSpliced(at, removed.length, ...added);
    const sameAfter = Math.max(0, countLines(after) - 1);
    return { at, removed, added, sameBefore: countLineEnds(before), sameAfter };
  }

  #locate({ line, character }: Position): Place {
    let left = Math.max(line, 0);
    for (const [block, { lines, text }] of this.#blocks.entries()) {
      if (left >= lines) {
        left -= lines;
        continue;
      }
      let start = 0;
      for (; left > 0; left--) start = lineEnd(text, start).next;
      return { block, offset: Math.min(start + Math.max(character, 0), lineEnd(text, start).end) };
    }
    return this.#end;
  }

  get #end(): Place {
    const block = Math.max(0, this.#blocks.length - 1);
    return { block, offset: this.#blocks[block]?.text.length ?? 0 };
  }

  /** The place that is so many units behind the start of a block. */
  #placeAt(block: number, offset: number): Place {
    let left = offset;
    for (let i = block; i < this.#blocks.length; i++) {
      const { length } = this.#blocks[i]!.text;
      if (left < length) return { block: i, offset: left };
      left -= length;
    }
    return this.#end;
  }
}

interface Place {
  block: number;
  offset: number;
}

function blocksOf(text: string, blockUnits: number): TextBlock[] {
  const blocks: TextBlock[] = [];
  let from = 0;
  while (from < text.length) {
    let lines = 0;
    let next = from;
    while (next < text.length && next - from < blockUnits) {
      next = lineEnd(text, next).next;
      lines += 1;
    }
    blocks.push({ text: text.slice(from, next), lines, bytes: undefined, records: undefined });
    from = next;
  }
  return blocks;
}

/** Where the line that starts at an offset ends, and where the next one starts. */
export function lineEnd(text: string, start: number): { end: number; next: number } {
  const feed = text.indexOf('\n', start);
  const stop = feed < 0 ? text.length : feed;
  const carriage = indexBefore(text, '\r', start, stop);
  if (carriage >= 0 && carriage !== feed - 1) return { end: carriage, next: carriage + 1 };
  if (carriage >= 0) return { end: carriage, next: feed + 1 };
  return feed < 0 ? { end: stop, next: stop } : { end: feed, next: feed + 1 };
}

/** Looks no further than `stop`, lest each line of a long text be searched to the end of all. */
function indexBefore(text: string, wanted: string, start: number, stop: number): number {
  const found = text.slice(start, stop).indexOf(wanted);
  return found < 0 ? -1 : start + found;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = 0; at < text.length; at = lineEnd(text, at).next) lines += 1;
  return lines;
}

function countLineEnds(text: string): number {
  return /[\n\r]$/.test(text) || text === '' ? countLines(text) : countLines(text) - 1;
}

function samePrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  return same;
}

function sameSuffix(a: string, b: string, prefix: number): number {
  const most = Math.min(a.length, b.length) - prefix;
  let same = 0;
  while (same < most && a.charCodeAt(a.length - 1 - same) === b.charCodeAt(b.length - 1 - same)) same++;
  return same;
}
