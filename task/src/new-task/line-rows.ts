import { RowReader } from '../rows.ts';
import type { FormReader, RowFound } from './row-found.ts';

/** The rows of lines of JSON. */
export class LineRows implements FormReader {
  readonly #encoder = new TextEncoder();
  readonly #reader = new RowReader();

  async *read(open: () => AsyncIterable<string>): AsyncGenerator<RowFound[]> {
    for await (const text of open()) yield this.#reader.push(this.#encoder.encode(text)).map(asFound);
    yield this.#reader.end().map(asFound);
  }

  notes(): string[] {
    return [];
  }
}

function asFound(row: ReturnType<RowReader['push']>[number]): RowFound {
  const line = row.line + 1;
  return row.value ? { row: row.value, line } : { row: undefined, line, message: row.problem.message, isFatal: false };
}
