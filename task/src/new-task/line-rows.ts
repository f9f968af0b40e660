import { t } from '../../../l10n/src/words.ts';
import { type DataRow, RowReader } from '../rows.ts';
import { RepeatedInRows } from './repeated-in-rows.ts';
import { type FormReader, fatal, type RowFound } from './row-found.ts';
import { withWholeNumbers } from './whole-numbers.ts';

/** The rows of lines of JSON. */
export class LineRows implements FormReader {
  readonly #repeated = new RepeatedInRows();
  readonly #encoder = new TextEncoder();
  readonly #reader = new RowReader();
  #before: DataRow | undefined;
  #isFirst = true;

  async *read(open: () => AsyncIterable<string>): AsyncGenerator<RowFound[]> {
    for await (const text of open()) yield this.#found(this.#reader.push(this.#encoder.encode(text)));
    yield this.#found(this.#reader.end());
  }

  notes(): string[] {
    return this.#repeated.notes();
  }

  #found(rows: readonly DataRow[]): RowFound[] {
    const found: RowFound[] = [];
    for (const row of rows) {
      if (this.#isFirst && this.#before !== undefined) {
        this.#isFirst = false;
        // Of such a file every line would be told.
        if (isOneObject(this.#before, row)) return [...found, fatal(this.#before.line + 1, overLines())];
      }
      this.#before = row;
      if (row.value) this.#repeated.add(row.text, row.value);
      found.push(asFound(row));
    }
    return found;
  }
}

/** Whether two lines at the beginning of a file are of an object that goes on over several. */
function isOneObject(first: DataRow, second: DataRow): boolean {
  if (first.value !== undefined || second.value !== undefined) return false;
  return /^\s*\{(?!.*\}\s*$)/.test(first.text) && !second.text.trimStart().startsWith('{');
}

function overLines(): string {
  const example = '[{"text": "…", "label": "…"}]';
  return t(
    'An object begins here that takes several lines: a row takes one, unless all rows stand in a list, such as {0}.',
    example,
  );
}

function asFound(row: DataRow): RowFound {
  const line = row.line + 1;
  if (row.value === undefined) return { row: undefined, line, message: row.problem.message, isFatal: false };
  return { row: withWholeNumbers(row.text, row.value), line };
}
