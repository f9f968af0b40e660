import type { Split } from '../data-facts.ts';
import type { RowView } from '../row-view.ts';
import type { DataIndex, RowRef } from './data-index.ts';
import { FileLikeness } from './file-likeness.ts';
import { HashCounts } from './hash-counts.ts';
import type { LikenessFields } from './row-hashes.ts';
import { hashKey, type TextHash } from './text-hash.ts';

/** A row that is not the only one of its kind. */
export type LikeRow = RowRef & Pick<RowView, 'duplicateOf' | 'leakedFrom'>;

/** The rows of a file that stand elsewhere too, to a template: same task, same text in every field that it uses. */
export interface Likeness {
  /** How many rows are the like of an earlier one in the file only, of a training row only, and of both. */
  readonly counts: { duplicate: number; leaked: number; both: number };
  /** In order: the first rows that are the like of an earlier one, and the first that are that of a training row. */
  readonly rows: readonly LikeRow[];
}

export interface LikenessInput {
  readonly path: string;
  readonly index: DataIndex;
  /** What it is data for. */
  readonly splits: readonly Split[];
}

/** Whether rows of it are learned, whatever else it is. */
export function isTraining({ splits }: LikenessInput): boolean {
  return splits.includes('train');
}

const MAX_SMALL_ROWS = 250_000;

/** A validation or test file. */
interface HeldOut {
  readonly input: LikenessInput;
  readonly likeness: FileLikeness;
  /** The hashes that training data has too, by key. */
  readonly leaked: Map<number, TextHash>;
}

/** Whether there are so few rows that all can be found for a keystroke, and what was counted is kept for the next one. */
export function isSmall(files: readonly LikenessInput[]): boolean {
  return rowsOf(files) <= MAX_SMALL_ROWS;
}

export function rowsOf(files: readonly LikenessInput[]): number {
  return files.reduce((sum, { index }) => sum + index.rows, 0);
}

/** Whether two searches are about the same files, whose rows may have changed. */
export function isSameFiles(some: readonly LikenessInput[], others: readonly LikenessInput[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ index, splits }, i) => index === others[i]!.index && splits.join() === others[i]!.splits.join())
  );
}

interface Training {
  readonly input: LikenessInput;
  readonly likeness: FileLikeness;
}

/** Finds rows that stand several times; asked again, it looks only at the rows that have changed. */
export class LikenessSearch {
  readonly #files: readonly LikenessInput[];
  readonly #fieldsKey: string;
  readonly #most: number;
  readonly #isKept: boolean;
  readonly #counts: HashCounts | undefined;
  readonly #training: readonly Training[];
  readonly #heldOut: readonly HeldOut[];

  /**
   * @param files training data first: it is looked through in this order for rows of the others
   * @param most how many of each file's duplicates and leaks are wanted; the others are counted
   * @param isKept whether it will be asked again; if not, it takes less memory
   */
  constructor(files: readonly LikenessInput[], fields: LikenessFields, most: number, isKept: boolean) {
    this.#most = most;
    this.#isKept = isKept;
    this.#files = files;
    this.#fieldsKey = keyOf(fields);
    const training = files.filter(isTraining);
    // Otherwise the training files are counted one after another, with one table for all of them.
    const shared = isKept ? undefined : new HashCounts(Math.max(...training.map(({ index }) => index.rows), 0));
    this.#counts = shared;
    this.#training = training.map((input) => ({
      input,
      likeness: new FileLikeness(input.index, fields, shared ?? new HashCounts(input.index.rows)),
    }));
    this.#heldOut = files
      .filter((input) => !isTraining(input))
      .map((input) => ({
        input,
        likeness: new FileLikeness(input.index, fields, new HashCounts(input.index.rows)),
        leaked: new Map(),
      }));
  }

  /** Whether it is about these files, whose rows may have changed. */
  isOver(files: readonly LikenessInput[]): boolean {
    return isSameFiles(this.#files, files);
  }

  isOf(files: readonly LikenessInput[], fields: LikenessFields): boolean {
    return this.#fieldsKey === keyOf(fields) && this.isOver(files);
  }

  /**
   * Finds what there is now, in the order of the files. It yields now and then, so that the caller can let others have the
   * thread; a search that was not gone through to its end is of no more use.
   */
  *find(): Generator<undefined, Likeness[]> {
    const found = new Map<DataIndex, Likeness>();
    const changed: { file: HeldOut; high: number; low: number }[] = [];
    for (const file of this.#heldOut) {
      // When all is new, the training rows are looked for in these, below.
      yield* file.likeness.update((high, low) => {
        if (this.#isKept) changed.push({ file, high, low });
      });
    }
    for (const { input, likeness } of this.#training) {
      yield* likeness.update((high, low) => {
        for (const file of this.#heldOut) {
          if (file.likeness.count(high, low) > 0) this.#decide(file, high, low);
        }
      });
      found.set(input.index, {
        counts: { duplicate: likeness.rows - likeness.distinct, leaked: 0, both: 0 },
        rows: firstRows(input, likeness, NONE, this.#most),
      });
      this.#counts?.clear();
      yield;
    }
    for (const { file, high, low } of changed) this.#decide(file, high, low);
    for (const file of this.#heldOut) {
      found.set(file.input.index, this.#ofHeldOut(file));
      yield;
    }
    return this.#files.map(({ index }) => found.get(index)!);
  }

  /** Finds out whether a hash that has come or gone is leaked. */
  #decide({ likeness, leaked }: HeldOut, high: number, low: number): void {
    const key = hashKey(high, low);
    const isLeaked =
      likeness.count(high, low) > 0 && this.#training.some((training) => training.likeness.count(high, low) > 0);
    if (isLeaked) leaked.set(key, { high, low });
    else leaked.delete(key);
  }

  #ofHeldOut({ input, likeness, leaked }: HeldOut): Likeness {
    let leakedRows = 0;
    for (const { high, low } of leaked.values()) leakedRows += likeness.count(high, low);
    const both = leakedRows - leaked.size;
    const rows = firstRows(input, likeness, leaked, this.#most);
    this.#findSources(rows, likeness);
    return { counts: { duplicate: likeness.rows - likeness.distinct - both, leaked: leaked.size, both }, rows };
  }

  /** Fills in where training data has the rows. */
  #findSources(rows: readonly FoundRow[], likeness: FileLikeness): void {
    const wanted = new Map<number, FoundRow[]>();
    for (const row of rows) {
      if (row.leakedFrom === undefined) continue;
      const key = keyAt(likeness.hashes(row.block.records!), row.row);
      wanted.set(key, [...(wanted.get(key) ?? []), row]);
    }
    for (const { input, likeness: training } of this.#training) {
      if (wanted.size === 0) return;
      eachRow(input.index, training, wanted, (key, { line }) => {
        for (const row of wanted.get(key) ?? []) row.leakedFrom = { file: input.path, line };
        wanted.delete(key);
        return wanted.size > 0;
      });
    }
  }
}

type FoundRow = { -readonly [K in keyof LikeRow]: LikeRow[K] };

const NONE: ReadonlyMap<number, TextHash> = new Map();
const SOMEWHERE = { file: '', line: 0 };

/** The first rows that are duplicates, and the first that are leaked; where from is still to be found. */
function firstRows(
  { index, path }: LikenessInput,
  likeness: FileLikeness,
  leaked: ReadonlyMap<number, TextHash>,
  most: number,
): FoundRow[] {
  const { repeated } = likeness;
  const rows: FoundRow[] = [];
  const firsts = new Map<number, number>();
  let [duplicates, leaks] = [0, 0];
  const mostDuplicates = Math.min(most, likeness.rows - likeness.distinct);
  const mostLeaks = leaked.size === 0 ? 0 : most;
  eachRow(
    index,
    likeness,
    { size: repeated.size + leaked.size, keys: () => [...repeated, ...leaked.keys()] },
    (key, ref) => {
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, ref.line);
      const duplicateOf = first === undefined ? undefined : { file: path, line: first };
      const isLeaked = leaked.has(key);
      const isWanted = (duplicateOf !== undefined && duplicates < most) || (isLeaked && leaks < most);
      if (duplicateOf !== undefined) duplicates += 1;
      if (isLeaked) leaks += 1;
      if (isWanted) rows.push({ ...ref, duplicateOf, leakedFrom: isLeaked ? SOMEWHERE : undefined });
      return duplicates < mostDuplicates || leaks < mostLeaks;
    },
  );
  return rows;
}

/** Goes through the rows with one of some keys, in order, as long as `take` asks for more. */
function eachRow(
  index: DataIndex,
  likeness: FileLikeness,
  wanted: { readonly size: number; keys(): Iterable<number> },
  take: (key: number, ref: RowRef) => boolean,
): void {
  if (wanted.size === 0) return;
  const keys = new Set(wanted.keys());
  // Looking into a set is slow; most rows are told apart by a few bits.
  const bits = new Uint8Array(1 << 16);
  for (const key of keys) bits[key & 0xffff] = 1;
  for (const [at, block] of index.blocks.entries()) {
    const hashes = likeness.hashes(block.records!);
    for (let row = 0; row < hashes.length / 2; row++) {
      if (bits[hashes[row * 2 + 1]! & 0xffff] === 0) continue;
      const key = keyAt(hashes, row);
      if (!keys.has(key)) continue;
      if (!take(key, index.ref(at, row))) return;
    }
  }
}

function keyAt(hashes: Uint32Array, row: number): number {
  return hashKey(hashes[row * 2]!, hashes[row * 2 + 1]!);
}

function keyOf(fields: LikenessFields): string {
  return JSON.stringify([...fields]);
}
