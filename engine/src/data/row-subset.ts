import { createHash } from 'node:crypto';
import type { RowPlace, Rows } from './row-store.ts';
import type { TokenRow } from './token-row.ts';
import type { Row } from './tokenise.ts';

/** Some rows of a store, numbered anew in the order in which they are given. The store stays whoever opened it's to close. */
export class RowSubset implements Rows {
  readonly hash: string;
  private readonly rows: Rows;
  private readonly numbers: readonly number[];

  constructor(rows: Rows, numbers: readonly number[]) {
    this.rows = rows;
    this.numbers = numbers;
    this.hash = createHash('sha256').update(`${rows.hash} ${numbers}`).digest('hex');
  }

  get size(): number {
    return this.numbers.length;
  }

  get skipped(): ReadonlyMap<string, number> {
    return this.rows.skipped;
  }

  taskname(row: number): string {
    return this.rows.taskname(this.numbers[row]!);
  }

  place(row: number): RowPlace {
    return this.rows.place(this.numbers[row]!);
  }

  row(row: number): Row {
    return this.rows.row(this.numbers[row]!);
  }

  tokens(row: number): TokenRow {
    return this.rows.tokens(this.numbers[row]!);
  }

  close(): void {}
}
