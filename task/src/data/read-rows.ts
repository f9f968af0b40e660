import { t } from '../../../l10n/src/words.ts';
import type { CheckEnvironment, FilePart } from '../environment.ts';
import { type DataRow, MAX_LINE_BYTES, RowReader, tooLong } from '../rows.ts';
import type { DataBlock, RowRef } from './data-index.ts';
import { lengthOf, partOf } from './row-records.ts';
import type { TextBlock } from './text-blocks.ts';
import { rowInText } from './text-index.ts';

/** The file on disk is no longer the one that was indexed. */
export class ChangedOnDisk extends Error {
  readonly path: string;

  constructor(path: string) {
    super(t('{0} was changed while it was read.', path));
    this.path = path;
  }
}

type Reading = Pick<CheckEnvironment, 'readFile' | 'readParts'>;

/** The row, when that needs no reading from disk. Lines and offsets in it are not those of the file. */
export function rowAtHand({ block, row }: Pick<RowRef, 'block' | 'row'>): DataRow | undefined {
  return block.text === undefined ? undefined : rowInText(block as TextBlock, block.records!, row);
}

/**
 * Some rows of a file on disk, read again, in the order in which they are asked for.
 *
 * @throws ChangedOnDisk when they are not there any more
 */
export async function readRowsAgain(environment: Reading, path: string, refs: readonly RowRef[]): Promise<DataRow[]> {
  const parts = refs.map(({ block, row }) => {
    const { start, length } = partOf(block.records!, row);
    return { start: block.bytes!.start + start, length };
  });
  const isTooLong = ({ length }: FilePart) => length > MAX_LINE_BYTES;
  const wanted = parts.filter((part) => !isTooLong(part));
  const read = (await readParts(environment, path, wanted)).values();
  return parts.map((part) => {
    if (isTooLong(part)) {
      return { line: 0, byteOffset: 0, byteLength: part.length, ...tooLong(part.length, MAX_LINE_BYTES) };
    }
    const rows = rowsIn(read.next().value!);
    if (rows.length !== 1) throw new ChangedOnDisk(path);
    return rows[0]!;
  });
}

/** In bytes; the rows of so much are made at a time, so that few of them are there at once. */
const PART_BYTES = 16 * 1024;

/**
 * Every row of a block, in order; those of a file on disk are read again.
 *
 * @throws ChangedOnDisk at once or while the rows are gone through, when the block is not there any more
 */
export async function readBlockAgain(environment: Reading, path: string, block: DataBlock): Promise<Iterable<DataRow>> {
  if (block.text !== undefined) return rowsAtHand(block);
  const [bytes] = await readParts(environment, path, [block.bytes!]);
  return rowsOf(bytes!, path, block);
}

function* rowsAtHand(block: DataBlock): Generator<DataRow> {
  for (let row = 0; row < block.records!.count; row++) yield rowAtHand({ block, row })!;
}

function* rowsOf(bytes: Uint8Array, path: string, { bytes: place, records }: DataBlock): Generator<DataRow> {
  const reader = new RowReader({ isStart: place!.start === 0 });
  let number = 0;
  for (let at = 0; at <= bytes.length; at += PART_BYTES) {
    const isLast = at + PART_BYTES > bytes.length;
    const rows = reader.push(bytes.subarray(at, at + PART_BYTES));
    for (const row of isLast ? [...rows, ...reader.end()] : rows) {
      if (row.byteLength !== lengthOf(records!, number)) throw new ChangedOnDisk(path);
      number += 1;
      yield row;
    }
  }
  if (number !== records!.count) throw new ChangedOnDisk(path);
}

function rowsIn(bytes: Uint8Array): DataRow[] {
  const reader = new RowReader({ isStart: false });
  return [...reader.push(bytes), ...reader.end()];
}

async function readParts(environment: Reading, path: string, parts: readonly FilePart[]): Promise<Uint8Array[]> {
  const read =
    environment.readParts === undefined
      ? await cutFromWhole(environment, path, parts)
      : await environment.readParts(path, parts);
  if (read === undefined) throw new ChangedOnDisk(path);
  return read;
}

/** For an environment that can only read files from start to end. */
async function cutFromWhole(
  environment: Reading,
  path: string,
  parts: readonly FilePart[],
): Promise<Uint8Array[] | undefined> {
  const reading = await environment.readFile(path);
  if (reading === 'not-found' || 'unreadable' in reading) return undefined;
  const read = parts.map(({ length }) => new Uint8Array(length));
  let start = 0;
  try {
    for await (const chunk of reading) {
      for (const [i, part] of parts.entries()) {
        const from = Math.max(part.start - start, 0);
        const to = Math.min(part.start + part.length - start, chunk.length);
        if (from < to) read[i]!.set(chunk.subarray(from, to), start + from - part.start);
      }
      start += chunk.length;
    }
  } catch {
    // The rows in front of the place where reading fails were read before too.
  }
  return parts.every((part) => part.start + part.length <= start) ? read : undefined;
}
