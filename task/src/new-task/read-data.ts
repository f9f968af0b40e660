import { t } from '../../../l10n/src/words.ts';
import { fileReason } from '../../../model/src/file-reason.ts';
import type { Work } from '../data/work.ts';
import type { CheckEnvironment } from '../environment.ts';
import { type DataEncoding, type DataLetters, decoded, encodingOf } from './data-text.ts';
import type { EasternEncoding } from './letter-guess.ts';
import { LineRows } from './line-rows.ts';
import { ListRows } from './list-rows.ts';
import { type DataFault, type FormReader, fatal, isFatal, type RowFound } from './row-found.ts';
import { TableRows } from './table-rows.ts';

/** A table in CSV or TSV, a list in JSON, or lines of JSON, which alone data files are. */
export type DataForm = 'table' | 'list' | 'lines';

/** What is looked at of data that are to become rows of a task. */
export type DataEnvironment = Pick<CheckEnvironment, 'readFile'>;

/** A file whose form and encoding are known. */
export interface DataSource {
  readonly path: string;
  readonly form: DataForm;
  readonly encoding: DataEncoding;
  /** All that it holds, a part at a time; any number of times. @throws what the work throws */
  rows(): AsyncGenerator<RowFound[]>;
  /** What else is to be said of it, once its rows have been read. */
  notes(): readonly string[];
}

const READERS: Readonly<Record<DataForm, new () => FormReader>> = {
  table: TableRows,
  list: ListRows,
  lines: LineRows,
};

const TABLE = /\.(csv|tsv|tab)$/i;
const JSON_NAME = /\.(json|jsonl|ndjson)$/i;

/** How Parquet, workbooks and archives begin. */
const OTHER_FORMATS = ['PAR1', 'PK\x03\x04', '\xd0\xcf\x11\xe0'];

/** Whether a file could be a data file as it is: lines of JSON in UTF-8, by its name, too, by which editors know it. */
export function isDataFile({ path, form, encoding }: DataSource): boolean {
  return form === 'lines' && encoding === 'utf-8' && /\.jsonl$/i.test(path);
}

/**
 * Opens a file with rows of whatever form, going through it once for its encoding.
 * @throws what the work throws
 */
export async function openData(
  path: string,
  environment: DataEnvironment,
  work: Work,
): Promise<DataSource | DataFault> {
  try {
    const head = await headOf(await chunksOf(path, environment));
    if (head === undefined) return fatal(undefined, t('It is empty.'));
    if (OTHER_FORMATS.some((beginning) => head.startsWith(beginning))) return fatal(undefined, noText());
    const letters = await encodingOf(head, () => chunksOf(path, environment), work);
    if (letters === undefined) return fatal(undefined, otherEncoding());
    const file = new DataFile(path, letters, environment, work);
    return file.as(formOf(path, await file.beginning()));
  } catch (error) {
    if (error instanceof Unreadable) return fatal(undefined, error.message);
    throw error;
  }
}

/** Why a file is not read, for the user; anything else that is thrown is not. */
class Unreadable extends Error {}

function noText(): string {
  return t('It is no text. Save the table in it as CSV in UTF-8.');
}

function formOf(path: string, beginning: string): DataForm {
  if (TABLE.test(path)) return 'table';
  const first = beginning.trimStart()[0];
  if (first === '[') return 'list';
  return first === '{' || JSON_NAME.test(path) ? 'lines' : 'table';
}

async function chunksOf(path: string, { readFile }: DataEnvironment): Promise<AsyncIterable<Uint8Array>> {
  const reading = await readFile(path);
  if (reading === 'not-found') throw new Unreadable(t('It is not there.'));
  if ('unreadable' in reading) throw new Unreadable(t('It cannot be read: {0}', reading.unreadable));
  return readingOn(reading);
}

async function* readingOn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    while (true) {
      let chunk: IteratorResult<Uint8Array>;
      try {
        chunk = await iterator.next();
      } catch (error) {
        throw new Unreadable(t('It cannot be read: {0}', fileReason('read', error)));
      }
      if (chunk.done) return;
      yield chunk.value;
    }
  } finally {
    // Closes the file where its end is not waited for.
    await iterator.return?.(undefined);
  }
}

const HEAD_BYTES = 8;

/** The first bytes as Latin-1; undefined for an empty file. */
async function headOf(chunks: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  let head = '';
  for await (const chunk of chunks) {
    head += String.fromCharCode(...chunk.subarray(0, HEAD_BYTES));
    if (head.length >= HEAD_BYTES) break;
  }
  return head === '' ? undefined : head;
}

class DataFile {
  readonly path: string;
  readonly #letters: DataLetters;
  readonly #environment: DataEnvironment;
  readonly #work: Work;

  constructor(path: string, letters: DataLetters, environment: DataEnvironment, work: Work) {
    this.path = path;
    this.#letters = letters;
    this.#environment = environment;
    this.#work = work;
  }

  async beginning(): Promise<string> {
    for await (const text of this.#texts()) if (text.trim() !== '') return text;
    return '';
  }

  as(form: DataForm): DataSource {
    let notes: readonly string[] = [];
    const readAll = this.#readAll.bind(this);
    const letters = this.#letters;
    const { path } = this;
    return {
      path,
      form,
      encoding: letters.encoding,
      async *rows() {
        const rows = new READERS[form]();
        yield* readAll(rows);
        notes = [...notesOnLetters(letters), ...rows.notes()];
      },
      notes: () => notes,
    };
  }

  async *#readAll(rows: FormReader): AsyncGenerator<RowFound[]> {
    try {
      for await (const found of rows.read(() => this.#texts())) {
        if (found.length > 0) yield found;
        if (found.some(isFatal)) return;
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      yield [fatal(undefined, error.message)];
    }
  }

  async *#texts(): AsyncGenerator<string> {
    for await (const text of decoded(
      await chunksOf(this.path, this.#environment),
      this.#letters.encoding,
      this.#work,
    )) {
      if (text.includes('\0')) throw new Unreadable(noText());
      yield text;
    }
  }
}

function otherEncoding(): string {
  return t(
    'Its letters are neither UTF-8 nor as Windows writes those of western Europe. Save it as UTF-8; in Excel that is "CSV UTF-8".',
  );
}

function notesOnLetters({ encoding, lost, perhaps }: DataLetters): string[] {
  if (encoding === 'windows-1252') {
    return [
      perhaps === undefined
        ? t(
            'It is not UTF-8: its letters were read as Windows writes those of western Europe. If any are wrong, save it as UTF-8; in Excel that is "CSV UTF-8".',
          )
        : t(
            'It is not UTF-8: its letters were read as Windows writes those of western Europe, but may be {0}. If any are wrong, save it as UTF-8; in Excel that is "CSV UTF-8".',
            nameOf(perhaps),
          ),
    ];
  }
  if (isEastern(encoding)) {
    return [
      t(
        'It is not UTF-8: its letters were taken for {0}. If any are wrong, save it as UTF-8; in Excel that is "CSV UTF-8".',
        nameOf(encoding),
      ),
    ];
  }
  return lost === 0 ? [] : [t('It is UTF-8 but for some letters, each of which was read as {0}: {1}.', '\ufffd', lost)];
}

const isEastern = (encoding: DataEncoding): encoding is EasternEncoding => Object.hasOwn(NAMES, encoding);

const nameOf = (encoding: EasternEncoding): string => NAMES[encoding]();

const NAMES: Readonly<Record<EasternEncoding, () => string>> = {
  'windows-1250': () => t('Central European ones ({0})', 'Windows-1250'),
  'iso-8859-2': () => t('Central European ones ({0})', 'ISO-8859-2'),
  'windows-1254': () => t('Turkish ones ({0})', 'Windows-1254'),
  'windows-1257': () => t('Baltic ones ({0})', 'Windows-1257'),
  'windows-1258': () => t('Vietnamese ones ({0})', 'Windows-1258'),
};
