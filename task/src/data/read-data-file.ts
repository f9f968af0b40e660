import { t } from '../../../l10n/src/words.ts';
import { fileReason } from '../../../model/src/file-reason.ts';
import type { CheckEnvironment } from '../environment.ts';
import { MAX_LINE_BYTES, RowReader } from '../rows.ts';
import { DataIndex } from './data-index.ts';
import type { Work } from './work.ts';

/** What became of reading a data file. */
export type DataReading =
  | { state: 'read'; index: DataIndex }
  /** `beside` are the names of the files in its folder. */
  | { state: 'not-found'; beside: readonly string[] }
  | { state: 'unreadable'; reason: string; index: DataIndex };

/** A chunk that is longer is taken in parts, so that no part takes long. */
const PART_BYTES = 32 * 1024;

const MB = 2 ** 20;

/**
 * In bytes, of a line. Far shorter ones are told of and not used (`rows.ts`); a file that has a longer one is no JSONL, may hold nothing
 * but zeros, and is not read to its end. Node dies where it is to read 2 GiB at once.
 */
const MOST_OF_LINE = 256 * MB;

/**
 * Reads a data file once, a chunk at a time, into an index.
 *
 * @throws the signal's reason of the work when it is given up, and nothing else
 */
export async function readDataFile(
  environment: Pick<CheckEnvironment, 'readFile' | 'namesBeside'>,
  path: string,
  work: Work,
): Promise<DataReading> {
  const reading = await environment.readFile(path);
  if (reading === 'not-found') return { state: 'not-found', beside: (await environment.namesBeside?.(path)) ?? [] };
  const index = new DataIndex();
  if ('unreadable' in reading) return { state: 'unreadable', reason: reading.unreadable, index };
  const chunks = reading[Symbol.asyncIterator]();
  const reader = new RowReader();
  const fill = new BlockFiller(index, reader);
  let isFirst = true;
  try {
    while (true) {
      let chunk: IteratorResult<Uint8Array>;
      try {
        // Asked for before any pause: a stream whose reading was not begun cannot be closed by its iterator.
        chunk = await chunks.next();
      } catch (error) {
        fill.finish();
        return { state: 'unreadable', reason: fileReason('read', error), index };
      }
      await work.pause();
      if (chunk.done) break;
      if (isFirst && isUtf16(chunk.value)) {
        // Read line by line, each would be wrong in a way of its own.
        return { state: 'unreadable', reason: t('it is not UTF-8 text; save the file as UTF-8'), index };
      }
      isFirst = false;
      for (let at = 0; at < chunk.value.length; at += PART_BYTES) {
        fill.push(chunk.value.subarray(at, at + PART_BYTES));
        await work.pause();
      }
      if (fill.unfinished > MOST_OF_LINE) {
        const reason = t('a line of it has more than {0} MB; each row stands in a line of its own', MOST_OF_LINE / MB);
        return { state: 'unreadable', reason, index };
      }
    }
  } finally {
    // Closes the file when the work was given up.
    await chunks.return?.(undefined);
  }
  fill.finish();
  return { state: 'read', index };
}

/** Whether a file begins with the byte order mark of UTF-16, as PowerShell's `>` writes it. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** In bytes; a block ends with the chunk in which it reaches this. */
const BLOCK_BYTES = 256 * 1024;
/** The largest that records hold. */
const MAX_NUMBER = 2 ** 32 - 1;

class BlockFiller {
  readonly #index: DataIndex;
  readonly #reader: RowReader;
  #start = 0;
  #firstLine = 0;
  #bytes = 0;

  constructor(index: DataIndex, reader: RowReader) {
    this.#index = index;
    this.#reader = reader;
  }

  /** Bytes of a line whose end has not come. */
  get unfinished(): number {
    return this.#bytes - this.#reader.offset;
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#add(this.#reader.push(chunk));
    if (this.#reader.offset - this.#start >= BLOCK_BYTES) this.#endBlock(this.#reader.lines, this.#reader.offset);
  }

  finish(): void {
    this.#add(this.#reader.end());
    this.#endBlock(this.#reader.lines, this.#reader.offset);
  }

  #add(rows: ReturnType<RowReader['push']>): void {
    for (const row of rows) {
      const { line, byteOffset, byteLength } = row;
      // A line that may have gigabytes is in a block of its own, lest it be read again with others.
      const isTooLong = byteLength > MAX_LINE_BYTES;
      if (isTooLong) this.#endBlock(line, byteOffset);
      this.#index.builder.add(line - this.#firstLine, byteOffset - this.#start, Math.min(byteLength, MAX_NUMBER), row);
      if (isTooLong) this.#endBlock(line + 1, byteOffset + byteLength);
    }
  }

  /** @param offset where the line of this number starts, or ends the one before it */
  #endBlock(line: number, offset: number): void {
    if (line === this.#firstLine) return;
    this.#index.append({
      lines: line - this.#firstLine,
      text: undefined,
      bytes: { start: this.#start, length: offset - this.#start },
      records: this.#index.builder.take(),
    });
    this.#start = offset;
    this.#firstLine = line;
  }
}
