import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { t } from '../../../l10n/src/words.ts';
import { type DataRow, readRowBatches } from '../../../task/src/rows.ts';
import { FileError } from '../errors.ts';
import type { TokenRow } from './token-row.ts';
import type { Row } from './tokenise.ts';

/** Where a row stands, for messages and reports: the file as it was given, and the line from 0. */
export interface RowPlace {
  readonly file: string;
  readonly line: number;
}

/** Of a row's place: file, task, line, length and checksum. */
const NUMBERS_A_ROW = 5;

/** Something of a row that is worth keeping: it is made once and made again when it fell out of the cache. */
export type RowReader<T> = (row: Row, taskname: string) => T | undefined;

/** Bytes of token rows that are kept in memory. */
const CACHED_BYTES = 64 * 1024 * 1024;

/** What a kept row takes besides its tokens: two objects, a buffer and an entry of the cache. */
const BYTES_A_ROW = 300;

/** Rows by number: those of files, or some of them. */
export type Rows = Pick<RowStore, 'size' | 'skipped' | 'hash' | 'taskname' | 'place' | 'row' | 'tokens' | 'close'>;

/**
 * The rows of some data files by number, without the files being held in memory: a few bytes a row say where it is, and
 * token rows are kept only up to a budget.
 */
export class RowStore {
  /** Rows that were passed over because they are too long, or hold nothing to learn, by task. */
  readonly skipped: ReadonlyMap<string, number>;
  /** SHA-256 of the files' bytes, in order. */
  readonly hash: string;
  private readonly files: DataFiles;
  private readonly tasknames: readonly string[];
  private readonly index: RowIndex;
  private readonly read: RowReader<TokenRow>;
  private readonly cacheBytes: number;
  private readonly cache = new Map<number, TokenRow>();
  private cachedBytes = 0;

  private constructor(
    files: DataFiles,
    tasknames: readonly string[],
    index: RowIndex,
    read: RowReader<TokenRow>,
    cacheBytes: number,
    skipped: ReadonlyMap<string, number>,
    hash: string,
  ) {
    this.files = files;
    this.tasknames = tasknames;
    this.index = index;
    this.read = read;
    this.cacheBytes = cacheBytes;
    this.skipped = skipped;
    this.hash = hash;
  }

  /**
   * Goes through the files once. Rows of tasks that are not among `tasknames` are left out, and so are rows that `read`
   * has no tokens for; both are expected to have been checked.
   * @throws FileError when a file cannot be read
   */
  static async open(
    paths: readonly string[],
    tasknames: readonly string[],
    read: RowReader<TokenRow>,
    { cacheBytes = CACHED_BYTES }: { readonly cacheBytes?: number } = {},
  ): Promise<RowStore> {
    const files = new DataFiles();
    const index = new RowIndex();
    const skipped = new Map<string, number>();
    const hash = createHash('sha256');
    let bytes = 0;
    const early: [number, TokenRow][] = [];
    let current = '';
    const add = (row: DataRow, file: number): void => {
      if (row.value === undefined) return;
      const task = tasknames.indexOf(String(row.value.taskname));
      if (task < 0) return;
      const tokenRow = read(row.value, tasknames[task]!);
      if (!tokenRow) {
        skipped.set(tasknames[task]!, (skipped.get(tasknames[task]!) ?? 0) + 1);
        return;
      }
      const number = index.add({ ...row, file, task, checksum: checksum(row.text) });
      bytes += sizeOf(tokenRow);
      if (bytes <= cacheBytes) early.push([number, tokenRow]);
    };
    try {
      for (const path of paths) {
        current = path;
        const file = files.add(path);
        for await (const rows of readRowBatches(hashed(createReadStream(path), hash))) {
          for (const row of rows) add(row, file);
        }
      }
    } catch (error) {
      files.close();
      // Anything but the system's refusal is a defect of ours, and no fault of the file.
      throw (error as NodeJS.ErrnoException).code ? FileError.from(current, 'read', error) : error;
    }
    const store = new RowStore(files, tasknames, index, read, cacheBytes, skipped, hash.digest('hex'));
    for (const [number, row] of early) store.keep(number, row);
    return store;
  }

  get size(): number {
    return this.index.size;
  }

  taskname(row: number): string {
    return this.tasknames[this.index.task(row)]!;
  }

  place(row: number): RowPlace {
    return { file: this.files.path(this.index.file(row)), line: this.index.line(row) };
  }

  /** The row as it stands in its file. @throws FileError when it is no longer the row that was there at first */
  row(row: number): Row {
    const file = this.index.file(row);
    const path = this.files.path(file);
    const bytes = Buffer.alloc(this.index.byteLength(row));
    try {
      readSync(this.files.descriptor(file), bytes, 0, bytes.length, this.index.byteOffset(row));
    } catch (error) {
      throw FileError.from(path, 'read', error);
    }
    const text = bytes.toString('utf8');
    if (checksum(text) !== this.index.checksum(row)) {
      throw new FileError(path, t('line {0} was changed while it was in use', this.index.line(row) + 1));
    }
    return JSON.parse(text) as Row;
  }

  /** The row's tokens. @throws FileError as `row` */
  tokens(row: number): TokenRow {
    let tokenRow = this.cache.get(row);
    if (!tokenRow) {
      // It had tokens when the store was opened, and has not changed since.
      tokenRow = this.read(this.row(row), this.taskname(row))!;
      this.keep(row, tokenRow);
    }
    return tokenRow;
  }

  close(): void {
    this.files.close();
  }

  private keep(row: number, tokenRow: TokenRow): void {
    this.cache.set(row, tokenRow);
    this.cachedBytes += sizeOf(tokenRow);
    for (const [oldest, old] of this.cache) {
      if (this.cachedBytes <= this.cacheBytes) break;
      this.cache.delete(oldest);
      this.cachedBytes -= sizeOf(old);
    }
  }
}

/**
 * Files that are open at a time. An open one can be read whatever becomes of its name, so that few files are not opened again; but
 * systems open no more than some hundred or thousand for a process.
 */
const MOST_OPEN = 32;

/** Files by number, the least recently used of which are closed where there are many. */
class DataFiles {
  private readonly paths: string[] = [];
  /** Descriptors by number of the file, the one used last at the end. */
  private readonly opened = new Map<number, number>();

  /** Returns the file's number. @throws the system's error */
  add(path: string): number {
    const file = this.paths.push(path) - 1;
    this.descriptor(file);
    return file;
  }

  path(file: number): string {
    return this.paths[file]!;
  }

  /** @throws the system's error, where the file is to be opened again */
  descriptor(file: number): number {
    const descriptor = this.opened.get(file) ?? this.open(file);
    this.opened.delete(file);
    this.opened.set(file, descriptor);
    return descriptor;
  }

  close(): void {
    for (const descriptor of this.opened.values()) closeSync(descriptor);
    this.opened.clear();
  }

  private open(file: number): number {
    const [longestUnused] = this.opened;
    if (longestUnused && this.opened.size === MOST_OPEN) {
      this.opened.delete(longestUnused[0]);
      closeSync(longestUnused[1]);
    }
    return openSync(this.path(file), 'r');
  }
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function sizeOf({ ids }: TokenRow): number {
  return ids.byteLength + BYTES_A_ROW;
}

/** Tells a changed row from the one that was there: FNV-1a over UTF-16 units, 32 bits. */
function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

interface IndexedRow {
  readonly file: number;
  readonly task: number;
  readonly line: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly checksum: number;
}

/** Rows' places in growing typed arrays: 28 bytes a row. */
class RowIndex {
  size = 0;
  private numbers = new Int32Array(1024 * NUMBERS_A_ROW);
  private offsets = new Float64Array(1024);

  /** Returns the row's number. */
  add({ file, task, line, byteOffset, byteLength, checksum }: IndexedRow): number {
    if (this.size === this.offsets.length) {
      this.numbers = grown(this.numbers, new Int32Array(this.numbers.length * 2));
      this.offsets = grown(this.offsets, new Float64Array(this.offsets.length * 2));
    }
    this.numbers.set([file, task, line, byteLength, checksum], this.size * NUMBERS_A_ROW);
    this.offsets[this.size] = byteOffset;
    return this.size++;
  }

  file = (row: number) => this.numbers[row * NUMBERS_A_ROW]!;
  task = (row: number) => this.numbers[row * NUMBERS_A_ROW + 1]!;
  line = (row: number) => this.numbers[row * NUMBERS_A_ROW + 2]!;
  byteLength = (row: number) => this.numbers[row * NUMBERS_A_ROW + 3]!;
  checksum = (row: number) => this.numbers[row * NUMBERS_A_ROW + 4]!;
  byteOffset = (row: number) => this.offsets[row]!;
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
