import type { CheckEnvironment } from '../environment.ts';
import type { DataRow } from '../rows.ts';
import type { RowRef } from './data-index.ts';
import { readRowsAgain, rowAtHand } from './read-rows.ts';
import type { RowRecords } from './row-records.ts';

/** In UTF-16 units: rows that were read again are kept up to this. */
const MAX_KEPT_UNITS = 2_000_000;

/** Rows that were read again to be shown, kept for the next time. */
export class FetchedRows {
  #rows = new WeakMap<RowRecords, Map<number, DataRow>>();
  #units = 0;

  /** The row, when it is at hand or was fetched. */
  get(ref: RowRef): DataRow | undefined {
    return rowAtHand(ref) ?? this.#rows.get(ref.block.records!)?.get(ref.row);
  }

  /** @throws ChangedOnDisk when the rows are not there any more */
  async fetch(environment: CheckEnvironment, path: string, refs: readonly RowRef[]): Promise<void> {
    const rows = await readRowsAgain(environment, path, refs);
    for (const [i, { block, row }] of refs.entries()) {
      const known = this.#rows.get(block.records!) ?? new Map<number, DataRow>();
      this.#rows.set(block.records!, known);
      known.set(row, rows[i]!);
      this.#units += rows[i]!.text.length;
    }
  }

  /** Forgets all when there are many. */
  trim(): void {
    if (this.#units <= MAX_KEPT_UNITS) return;
    this.#rows = new WeakMap();
    this.#units = 0;
  }
}
