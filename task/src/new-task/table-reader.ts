import { CsvError, Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { t } from '../../../l10n/src/words.ts';
import { MAX_LINE_BYTES } from '../rows.ts';

/** A line of a table that is not blank, as its cells. With line ends in quoted cells it takes several lines of the file. */
export interface TableRecord {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Why a line is no record. */
export interface TableProblem {
  readonly line: number;
  readonly cells: undefined;
  readonly message: string;
  /** The table is read on behind it. */
  readonly goesOn?: true;
}

/** What the beginning of a table says of all of it. */
export interface TableForm {
  readonly separator: string;
  /** The first that is neither blank nor there to tell programs the separator; from 1. */
  readonly firstLine: number;
}

/** So much of a table tells what separates its cells; blank lines in front of it tell nothing. */
const BEGINNING_UNITS = 4096;
const MOST_BLANK_UNITS = 1024 * 1024;

const SEPARATORS = ['\t', ';', ','] as const;
const LINE_END = /\r\n|\r|\n/g;

/**
 * What separates the cells of a table, and where they begin.
 * @throws what the texts throw
 */
export async function tableForm(texts: AsyncIterable<string>): Promise<TableForm> {
  let beginning = '';
  for await (const text of texts) {
    beginning += text;
    if (beginning.length >= (beginning.trim() === '' ? MOST_BLANK_UNITS : BEGINNING_UNITS)) break;
  }
  // By such a line Excel is told.
  const [line, named] = /^sep=([^\r\n"])(?:\r\n|\r|\n)/iu.exec(beginning) ?? [];
  const table = beginning.slice(line?.length ?? 0);
  const firstLine = 1 + lineEnds(line ?? '') + lineEnds(/^\s*/.exec(table)![0]);
  if (named !== undefined) return { separator: named, firstLine };
  // What the first line has most of.
  const counts = SEPARATORS.map((separator) => firstRecord(beginning, { separator, firstLine })?.length ?? 0);
  return { separator: SEPARATORS[counts.indexOf(Math.max(...counts))]!, firstLine };
}

const lineEnds = (text: string) => text.match(LINE_END)?.length ?? 0;

/** CSV as spreadsheets write it, read leniently: a stray quotation mark belongs to its cell, and rows may be of any length. */
function options({ separator, firstLine }: TableForm) {
  return {
    delimiter: separator,
    // Whichever stands there: one table may have several.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    from_line: firstLine,
  };
}

function firstRecord(text: string, form: TableForm): readonly string[] | undefined {
  try {
    return parse(text, { ...options(form), to: 1 })[0];
  } catch (error) {
    if (isUnclosed(error)) return undefined;
    throw error;
  }
}

/**
 * The records of a table in CSV, as many at once as end in a part of its text. Holds no more than such a part and one unfinished record.
 * @param mostUnits a record that is longer by a part or more is not read
 * @throws what the texts throw
 */
export async function* readTable(
  texts: AsyncIterable<string>,
  form: TableForm,
  mostUnits = MAX_LINE_BYTES,
): AsyncGenerator<(TableRecord | TableProblem)[]> {
  const records: (TableRecord | TableProblem)[] = [];
  // The parser's own count takes a \r\n in a quoted cell for two lines.
  let line = form.firstLine;
  // The parser's own limit leaves separators out, of which a record may have any number.
  let unfinished = 0;
  const parser = new Parser({
    ...options(form),
    raw: true,
    // Gives nothing back: with nothing to hand on, the parser takes each part without waiting for a reader.
    on_record: (found) => {
      const { record: cells, raw } = found as unknown as WithSource;
      if (cells.some((cell) => isOpen(cell, raw))) records.push({ ...problem(line, unclosed()), goesOn: true });
      else if (cells.some((cell) => cell.trim() !== '')) records.push({ line, cells });
      line += 1 + cells.reduce((sum, cell) => sum + lineEnds(cell), 0);
      unfinished = 0;
      // Whatever relax_column_count says, the parser makes an error object, at several times the cost of the record, for each record
      // that has another number of cells than the first. So every record counts as the first.
      Object.assign(parser.info, { records: 0 });
      return undefined;
    },
  });
  // The call during which it happens gets it, too.
  parser.on('error', () => {});
  try {
    for await (const text of texts) {
      unfinished += text.length;
      if (unfinished > mostUnits) return yield [problem(line, tooLong(mostUnits))];
      await done((callback) => parser.write(text, callback));
      yield records.splice(0);
    }
    await done((callback) => parser.end(callback));
    yield records;
  } catch (error) {
    if (!isUnclosed(error)) throw error;
    yield [...records, problem(line, unclosed())];
  }
}

/** What the parser gives for a record where its source is asked for, whatever its types say. */
interface WithSource {
  readonly record: readonly string[];
  readonly raw: string;
}

/**
 * Whether a cell began with a quotation mark and went on over the ends of lines, until the next one stood amid a text. The parser then
 * takes both for letters, and has made one cell of lines that are rows of their own.
 */
function isOpen(cell: string, source: string): boolean {
  return cell.startsWith('"') && /[\r\n]/.test(cell) && !source.includes(`"${cell.replaceAll('"', '""')}"`);
}

function problem(line: number, message: string): TableProblem {
  return { line, cells: undefined, message };
}

function done(start: (callback: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

const isUnclosed = (error: unknown) => error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED';

function unclosed(): string {
  return t('A cell that begins with a quotation mark does not end: the closing one is missing.');
}

function tooLong(most: number): string {
  return t('This row has more than {0} letters, so that it is not read: is a quotation mark missing?', most);
}
