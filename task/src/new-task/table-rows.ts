import { t } from '../../../l10n/src/words.ts';
import { severalOf } from '../repeated-fields.ts';
import { type DataFault, type FormReader, fatal, type RowFound } from './row-found.ts';
import type { TableProblem, TableRecord } from './table-reader.ts';

/** How many rows of a table are looked at to tell whether its first line is one of them. */
const MOST_COMPARED = 1000;
/** The share of rows that have a column's name as their value, from which on it is one: a label, of thirty at most. */
const ROW_SHARE = 0.01;

/** More lines are not listed in a note. */
const MOST_LINES = 10;

/** Of two tables one may have accents as letters of their own, which nobody sees. */
const nameIn = (cell: string) => cell.trim().normalize('NFC');

/** The rows of a table, whose first line names the columns. */
export class TableRows implements FormReader {
  #names: readonly string[] | undefined;
  /** Where the columns that count stand: they have a name, and one of their own. */
  #columns: { readonly name: string; readonly place: number }[] = [];
  #namesLine = 1;
  /** Whether tabs in a cell are nothing odd. */
  #mayHaveTabs = true;
  /** The lines in which cells begin that most likely are several rows. */
  readonly #joined: number[] = [];
  #compared = 0;
  /** For each column, how many rows have its name as their value, and where the first of them is. */
  readonly #alike = new Map<number, { rows: number; line: number }>();

  async *read(open: () => AsyncIterable<string>): AsyncGenerator<RowFound[]> {
    // Loaded where there is a table, which is no part of what an editor waits for at its start.
    const { readTable, tableForm } = await import('./table-reader.ts');
    const form = await tableForm(open());
    this.#mayHaveTabs = form.separator !== '\t';
    for await (const records of readTable(open(), form)) {
      yield records.flatMap((record) => (record.cells === undefined ? this.#fault(record) : (this.#row(record) ?? [])));
    }
    const alike = [...this.#alike].find(([, { rows }]) => rows >= this.#compared * ROW_SHARE);
    if (alike !== undefined) yield [fatal(this.#namesLine, this.#withoutNames(...alike))];
  }

  notes(): string[] {
    const names = this.#names ?? [];
    const nameless = names.filter((name) => name === '').length;
    const twice = severalOf(names.filter((name) => name !== ''));
    return [
      ...(nameless === 0 ? [] : [t('Columns without a name, which are left out: {0}.', nameless)]),
      ...(this.#joined.length === 0 ? [] : [joinedRows(this.#joined)]),
      ...twice.map((name) => t('Of the columns that are named {0} the first counts.', JSON.stringify(name))),
    ];
  }

  #fault({ line, message, goesOn }: TableProblem): DataFault {
    // Without its names nothing of a table is of use.
    return { row: undefined, line, message, isFatal: !goesOn || this.#names === undefined };
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
    if (!this.#mayHaveTabs && cells.some((cell) => cell.includes('\t') && /[\r\n]/.test(cell))) this.#joined.push(line);
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

/** Of a table that was written without quoting, a text may begin with a quotation mark, and a later one end with one. */
function joinedRows(lines: readonly number[]): string {
  const shown = lines.slice(0, MOST_LINES).join(', ');
  return t(
    'These lines begin a cell that has tabs in it and goes on over several lines, as where a closing quotation mark is missing: {0}.',
    lines.length > MOST_LINES ? `${shown}, …` : shown,
  );
}
