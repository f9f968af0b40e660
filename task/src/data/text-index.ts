import { BYTE_ORDER_MARK, type DataRow, MAX_LINE_BYTES, parseRow, tooLong } from '../rows.ts';
import { DataIndex } from './data-index.ts';
import { lineInBlock, partOf, type RecordCursor, type RowRecords } from './row-records.ts';
import { lineEnd, type TextBlock, type TextSplice } from './text-blocks.ts';

/** More new text than this is read in the background. */
const READ_AT_ONCE_UNITS = 128 * 1024;

/** An index of blocks whose rows are still to be read; one that had the blocks before may not be used any more. */
export function textIndex(blocks: readonly TextBlock[]): DataIndex {
  const index = new DataIndex();
  for (const block of blocks) block.records = undefined;
  index.splice(0, 0, blocks);
  return index;
}

/**
 * Reads the rows of one block that have not been read.
 *
 * @returns whether there was such a block
 */
export function readNextBlock(index: DataIndex): boolean {
  const at = index.blocks.findIndex(({ records }) => records === undefined);
  if (at < 0) return false;
  const block = index.blocks[at] as TextBlock;
  eachLine(block.text, (text, line, start) => addLine(index, text, line, start, at === 0 && line === 0));
  index.setRecords(block, index.builder.take());
  return true;
}

/** Takes an edit into the index. The rows of lines that stayed are taken over; only the others are read. */
export function spliceIndex(index: DataIndex, { at, removed, added, sameBefore, sameAfter }: TextSplice): void {
  // A byte order mark is passed over in the first line of a file alone, so that moving the line changes its row.
  const isMarked = at === 0 && [...removed, ...added].some(({ text }) => text.includes(BYTE_ORDER_MARK));
  const same = isMarked ? { before: 0, after: 0 } : { before: sameBefore, after: sameAfter };
  const lines = { removed: countLines(removed), added: countLines(added) };
  const size = added.reduce((sum, { text }) => sum + text.length, 0);
  const isLater = size > READ_AT_ONCE_UNITS || removed.some(({ records }) => records === undefined);
  const old = new RemovedRows(index, removed);

  let firstLine = 0;
  for (const block of isLater ? [] : added) {
    eachLine(block.text, (text, line, start) => {
      const number = firstLine + line;
      if (number < same.before) old.moveTo(number, line, start);
      else if (number >= lines.added - same.after) old.moveTo(number + lines.removed - lines.added, line, start);
      else addLine(index, text, line, start, at === 0 && number === 0);
    });
    block.records = index.builder.take();
    firstLine += block.lines;
  }
  old.forgetRest();
  index.splice(at, removed.length, added);
}

/** The row in a line of a block of an open file. */
export function rowInText(block: TextBlock, records: RowRecords, row: number): DataRow {
  const { start, length } = partOf(records, row);
  return readLine(block.text.slice(start, start + length), lineInBlock(records, row))!;
}

/** Goes through the rows of blocks that were removed: each is taken over or forgotten. */
class RemovedRows {
  readonly #index: DataIndex;
  readonly #blocks: { cursor: RecordCursor; records: RowRecords; firstLine: number }[] = [];
  #at = 0;

  constructor(index: DataIndex, blocks: readonly TextBlock[]) {
    this.#index = index;
    let firstLine = 0;
    for (const { records, lines } of blocks) {
      if (records !== undefined) this.#blocks.push({ cursor: index.cursor(records), records, firstLine });
      firstLine += lines;
    }
  }

  /** Takes over the row of a line, if there is one, to another place; forgets those in front of it. */
  moveTo(line: number, newLine: number, newStart: number): void {
    const row = this.#forgetBefore(line);
    if (row === undefined || row.firstLine + row.cursor.line !== line) return;
    this.#index.builder.copy(row.records, row.cursor.row, row.cursor.hashesAt, newLine, newStart);
    row.cursor.next();
  }

  forgetRest(): void {
    this.#forgetBefore(Number.POSITIVE_INFINITY);
  }

  #forgetBefore(line: number) {
    while (this.#at < this.#blocks.length) {
      const block = this.#blocks[this.#at]!;
      for (; !block.cursor.isAtEnd; block.cursor.next()) {
        if (block.firstLine + block.cursor.line >= line) return block;
        block.cursor.forget();
      }
      this.#at += 1;
    }
    return undefined;
  }
}

function addLine(index: DataIndex, text: string, line: number, start: number, isFirst: boolean): void {
  const isMarked = isFirst && text.startsWith(BYTE_ORDER_MARK);
  const own = isMarked ? text.slice(1) : text;
  const row = readLine(own, line);
  if (row !== undefined) index.builder.add(line, isMarked ? start + 1 : start, own.length, row);
}

/** As RowReader reads the line when the text is saved. */
export function readLine(text: string, line: number): DataRow | undefined {
  const place = { line, byteOffset: 0, byteLength: 0 };
  if (text.length * 3 > MAX_LINE_BYTES) {
    const byteLength = new TextEncoder().encode(text).length;
    if (byteLength > MAX_LINE_BYTES) return { ...place, ...tooLong(byteLength, MAX_LINE_BYTES) };
  }
  const saved = wellFormed(text);
  const row = parseRow(saved);
  return row && { ...place, text: saved, ...row };
}

/** Half a surrogate pair cannot be saved; what stands in its place is as long. */
function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}

function countLines(blocks: readonly TextBlock[]): number {
  return blocks.reduce((sum, { lines }) => sum + lines, 0);
}

function eachLine(text: string, take: (text: string, line: number, start: number) => void): void {
  let start = 0;
  for (let line = 0; start < text.length; line++) {
    const { end, next } = lineEnd(text, start);
    take(text.slice(start, end), line, start);
    start = next;
  }
}
