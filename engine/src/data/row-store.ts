import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { readRowBatches } from '../../../task/src/rows.ts';
import { InputError } from '../errors.ts';
import type { TokenRow } from './token-row.ts';
import type { Row } from './tokenise.ts';

/** Where a row stands, for messages and reports: the file as it was given, and the line from 0. */
export interface RowPlace {
  readonly file: string;
  readonly line: number;
}

/** Something of a row that is worth keeping: it is made once and made again when it fell out of the cache. */
export type RowReader<T> = (row: Row, taskname: string) => T | undefined;

/** Tokens kept in memory by default; a token takes four bytes. */
const CACHED_TOKENS = 16_000_000;

/**
 * The rows of some data files by number, without the files being held in memory: a few bytes a row say where it is, and
 * token rows are kept only up to a budget.
 */
export class RowStore {
  /** Rows that were passed over because they are too long, by task. */
  readonly skipped: ReadonlyMap<string, number>;
  /** SHA-256 of the files' bytes, in order. */
  readonly hash: string;
  private readonly files: readonly { path: string; descriptor: number }[];
  private readonly tasknames: readonly string[];
  private readonly index: RowIndex;
  private readonly read: RowReader<TokenRow>;
  private readonly cache = new Map<number, TokenRow>();
  private cachedTokens = 0;

  private constructor(
    files: readonly { path: string; descriptor: number }[],
    tasknames: readonly string[],
    index: RowIndex,
    read: RowReader<TokenRow>,
    skipped: ReadonlyMap<string, number>,
    hash: string,
  ) {
    this.files = files;
    this.tasknames = tasknames;
    this.index = index;
    this.read = read;
    this.skipped = skipped;
    this.hash = hash;
  }

  /**
   * Goes through the files once. Rows of tasks that are not among `tasknames` are left out, and so are rows that `read`
   * has no tokens for; both are expected to have been checked.
   * @throws InputError when a file cannot be read
   */
  static async open(
    paths: readonly string[],
    tasknames: readonly string[],
    read: RowReader<TokenRow>,
  ): Promise<RowStore> {
    const files: { path: string; descriptor: number }[] = [];
    const index = new RowIndex();
    const skipped = new Map<string, number>();
    const hash = createHash('sha256');
    let tokens = 0;
    const early: [number, TokenRow][] = [];
    try {
      for (const path of paths) {
        files.push({ path, descriptor: openSync(path, 'r') });
        for await (const rows of readRowBatches(hashed(createReadStream(path), hash))) {
          for (const row of rows) {
            if (row.value === undefined) continue;
            const task = tasknames.indexOf(String(row.value.taskname));
            if (task < 0) continue;
            const tokenRow = read(row.value, tasknames[task]!);
            if (!tokenRow) {
              skipped.set(tasknames[task]!, (skipped.get(tasknames[task]!) ?? 0) + 1);
              continue;
            }
            const number = index.add(files.length - 1, task, row.line, row.byteOffset, row.byteLength);
            tokens += tokenRow.ids.length;
            if (tokens <= CACHED_TOKENS) early.push([number, tokenRow]);
          }
        }
      }
    } catch (error) {
      for (const { descriptor } of files) closeSync(descriptor);
      throw new InputError(`${paths[Math.max(0, files.length - 1)]} cannot be read: ${(error as Error).message}`);
    }
    const store = new RowStore(files, tasknames, index, read, skipped, hash.digest('hex'));
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
    return { file: this.files[this.index.file(row)]!.path, line: this.index.line(row) };
  }

  /** The row as it stands in its file. @throws InputError when the file has changed since it was opened */
  row(row: number): Row {
    const { path, descriptor } = this.files[this.index.file(row)]!;
    const bytes = Buffer.alloc(this.index.byteLength(row));
    readSync(descriptor, bytes, 0, bytes.length, this.index.byteOffset(row));
    try {
      return JSON.parse(bytes.toString('utf8')) as Row;
    } catch {
      throw new InputError(`${path} was changed while it was in use (line ${this.index.line(row) + 1})`);
    }
  }

  tokens(row: number): TokenRow {
    let tokenRow = this.cache.get(row);
    if (!tokenRow) {
      tokenRow = this.read(this.row(row), this.taskname(row));
      if (!tokenRow) throw new InputError(`${this.place(row).file} was changed while it was in use`);
      this.keep(row, tokenRow);
    }
    return tokenRow;
  }

  close(): void {
    for (const { descriptor } of this.files) closeSync(descriptor);
  }

  private keep(row: number, tokenRow: TokenRow): void {
    this.cache.set(row, tokenRow);
    this.cachedTokens += tokenRow.ids.length;
    for (const [oldest, old] of this.cache) {
      if (this.cachedTokens <= CACHED_TOKENS) break;
      this.cache.delete(oldest);
      this.cachedTokens -= old.ids.length;
    }
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

/** Rows' places in growing typed arrays: 24 bytes a row. */
class RowIndex {
  size = 0;
  private numbers = new Int32Array(1024 * 4);
  private offsets = new Float64Array(1024);

  /** Returns the row's number. */
  add(file: number, task: number, line: number, byteOffset: number, byteLength: number): number {
    if (this.size === this.offsets.length) {
      this.numbers = grown(this.numbers, new Int32Array(this.numbers.length * 2));
      this.offsets = grown(this.offsets, new Float64Array(this.offsets.length * 2));
    }
    this.numbers.set([file, task, line, byteLength], this.size * 4);
    this.offsets[this.size] = byteOffset;
    return this.size++;
  }

  file = (row: number) => this.numbers[row * 4]!;
  task = (row: number) => this.numbers[row * 4 + 1]!;
  line = (row: number) => this.numbers[row * 4 + 2]!;
  byteLength = (row: number) => this.numbers[row * 4 + 3]!;
  byteOffset = (row: number) => this.offsets[row]!;
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
