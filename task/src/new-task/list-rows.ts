import { t } from '../../../l10n/src/words.ts';
import { parseRow } from '../rows.ts';
import { type ListItem, ListReader } from './list-reader.ts';
import { RepeatedInRows } from './repeated-in-rows.ts';
import { type FormReader, fatal, type RowFound } from './row-found.ts';
import { withWholeNumbers } from './whole-numbers.ts';

/** The rows of a list in JSON. */
export class ListRows implements FormReader {
  readonly #repeated = new RepeatedInRows();
  readonly #reader = new ListReader();

  async *read(open: () => AsyncIterable<string>): AsyncGenerator<RowFound[]> {
    for await (const text of open())
      yield [...this.#reader.push(text).map((item) => this.#found(item)), ...this.#problem()];
    this.#reader.end();
    yield this.#problem();
  }

  #problem(): RowFound[] {
    const { problem } = this.#reader;
    return problem === undefined ? [] : [fatal(problem.line, problem.message)];
  }

  notes(): string[] {
    return this.#repeated.notes();
  }

  #found({ line, text }: ListItem): RowFound {
    const row = parseRow(text);
    if (row?.value) {
      this.#repeated.add(text, row.value);
      return { row: withWholeNumbers(text, row.value), line };
    }
    const message = row?.problem.message ?? t('Between two commas of the list stands nothing.');
    return { row: undefined, line, message, isFatal: false };
  }
}
