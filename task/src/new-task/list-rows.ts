import { t } from '../../../l10n/src/words.ts';
import { parseRow } from '../rows.ts';
import { ListReader } from './list-reader.ts';
import { type FormReader, fatal, type RowFound } from './row-found.ts';

/** The rows of a list in JSON. */
export class ListRows implements FormReader {
  readonly #reader = new ListReader();

  async *read(open: () => AsyncIterable<string>): AsyncGenerator<RowFound[]> {
    for await (const text of open()) yield [...this.#reader.push(text).map(inList), ...this.#problem()];
    this.#reader.end();
    yield this.#problem();
  }

  #problem(): RowFound[] {
    const { problem } = this.#reader;
    return problem === undefined ? [] : [fatal(problem.line, problem.message)];
  }

  notes(): string[] {
    return [];
  }
}

function inList({ line, text }: { line: number; text: string }): RowFound {
  const row = parseRow(text);
  if (row?.value) return { row: row.value, line };
  const message = row?.problem.message ?? t('Between two commas of the list stands nothing.');
  return { row: undefined, line, message, isFatal: false };
}
