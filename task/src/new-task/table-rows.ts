import { t } from '../../../l10n/src/words.ts';
import { type FormReader, fatal, type RowFound } from './row-found.ts';
import type { TableRecord } from './table-reader.ts';

/** How many rows of a table are looked at to tell whether its first line is one of them. */
const MOST_COMPARED = 1000;
/** The share of rows that have a column's name as their value, from which on it is one: a label, of thirty at most. */
const ROW_SHARE = 0.01;

/** Of two tables one may have accents as letters of their own, which nobody sees. */
const nameIn = (cell: string) => cell.trim().normalize('NFC');

/** The rows of a table, whose first line names the columns. */
export class TableRows implements FormReader {
  #names: readonly string[] | undefined;
  /** Where the columns that count stand: they have a name, and one of their own. */
  #columns: { readonly name: string; readonly place: number }[] = [];
  #namesLine = 1;
  #compared = 0;
  /** For each column, how many rows have its name as their value, and where the first of them is. */
  readonly #alike = new Map<number, { rows: number; line: number }>();

  async *read(open: () => AsyncIterable<string>): AsyncGenerator<RowFound[]> {
    // Loaded where there is a table, which is no part of what an editor waits for at its start.
    const { readTable, tableForm } = await import('./table-reader.ts');
    for await (const records of readTable(open(), await tableForm(open()))) {
      yield records.flatMap((record) =>
        record.cells === undefined ? fatal(record.line, record.message) : (this.#row(record) ?? []),
      );
    }
    const alike = [...this.#alike].find(([, { rows }]) => rows >= this.#compared * ROW_SHARE);
    if (alike !== undefined) yield [fatal(this.#namesLine, this.#withoutNames(...alike))];
  }

  notes(): string[] {
    const names = this.#names ?? [];
    const nameless = names.filter((name) => name === '').length;
    const twice = new Set(names.filter((name, place) => name !== '' && names.indexOf(name) !== place));
    return [
      ...(nameless === 0 ? [] : [t('Columns without a name, which are left out: {0}.', nameless)]),
      ...[...twice].map((name) => t('Of the columns that are named {0} the first counts.', JSON.stringify(name))),
    ];
  }

  #row({ cells, line }: TableRecord): RowFound | undefined {
    if (this.#names === undefined) {
      const names = cells.map(nameIn);
      this.#names = names;
      this.#namesLine = line;
      // Of two columns with one name the first counts.
      const seen = new Set(['']);
      for (const [place, name] of names.entries()) {
        if (!seen.has(name)) this.#columns.push({ name, place });
        seen.add(name);
      }
      return undefined;
    }
    if (cells.length > this.#names.length && cells.slice(this.#names.length).some((cell) => cell.trim() !== '')) {
      const message = t(
        'This line has {0} cells, and the first one names {1} columns. A cell with a separator in it stands in quotation marks.',
        cells.length,
        this.#names.length,
      );
      return { row: undefined, line, message, isFatal: false };
    }
    if (this.#columns.length > 1 && this.#columns.every(({ name, place }) => nameIn(cells[place] ?? '') === name)) {
      return { row: undefined, line, message: t('This line names the columns once more.'), isFatal: false };
    }
    this.#compare(cells, line);
    const own = this.#columns.filter(({ place }) => place < cells.length);
    return { row: Object.fromEntries(own.map(({ name, place }) => [name, cells[place]!])), line };
  }

  /** Notes whether the first line is a row like this one: so are labels in a table without names. */
  #compare(cells: readonly string[], line: number): void {
    if (this.#compared === MOST_COMPARED) return;
    this.#compared += 1;
    for (const { name, place } of this.#columns) {
      if (nameIn(cells[place] ?? '') !== name) continue;
      const known = this.#alike.get(place);
      if (known) known.rows += 1;
      else this.#alike.set(place, { rows: 1, line });
    }
  }

  #withoutNames(place: number, { line }: { line: number }): string {
    return t(
      'The first line of a table names its columns, and this one seems to be a row: {0} is also the value of a row, in line {1}. Put a line in front of it that names the columns.',
      JSON.stringify(this.#names![place]),
      line,
    );
  }
}
