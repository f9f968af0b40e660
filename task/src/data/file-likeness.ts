import type { DataIndex } from './data-index.ts';
import type { HashCounts } from './hash-counts.ts';
import { type LikenessFields, RowHashes } from './row-hashes.ts';
import type { RowRecords } from './row-records.ts';
import { hashKey } from './text-hash.ts';

/** The rows of a file by their hashes, and how often each occurs. */
export class FileLikeness {
  readonly #hashes: RowHashes;
  readonly #counts: HashCounts;
  readonly #repeated = new Set<number>();
  #rows = 0;

  /** @param counts empty, and of this file alone until `update` has ended */
  constructor(index: DataIndex, fields: LikenessFields, counts: HashCounts) {
    this.#hashes = new RowHashes(index, { exact: fields, folded: new Map() });
    this.#counts = counts;
  }

  /** Rows that have a template. */
  get rows(): number {
    return this.#rows;
  }

  /** Keys of the hashes that several rows have. */
  get repeated(): ReadonlySet<number> {
    return this.#repeated;
  }

  get distinct(): number {
    return this.#counts.distinct;
  }

  count(high: number, low: number): number {
    return this.#counts.get(high, low);
  }

  hashes(records: RowRecords): Uint32Array {
    return this.#hashes.of(records);
  }

  /**
   * Takes in what has changed, a block at a step.
   *
   * @param onChange called with each hash that has come or gone
   */
  *update(onChange: (high: number, low: number) => void): Generator<undefined, void> {
    yield* this.#hashes.update(
      (high, low) => {
        this.#rows += 1;
        const count = this.#counts.add(high, low);
        if (count === 1) onChange(high, low);
        else if (count === 2) this.#repeated.add(hashKey(high, low));
      },
      (high, low) => {
        this.#rows -= 1;
        const count = this.#counts.remove(high, low);
        if (count === 0) onChange(high, low);
        else if (count === 1) this.#repeated.delete(hashKey(high, low));
      },
    );
  }
}
