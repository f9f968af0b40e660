import type { Split } from '../../../task/src/data-facts.ts';
import type { DataProposal } from '../../../task/src/new-task/proposal.ts';
import { type DataSource, isDataFile } from '../../../task/src/new-task/read-data.ts';
import { splitRows } from '../../../task/src/new-task/split-rows.ts';
import { faultText } from '../../../task/src/new-task/survey-data.ts';
import { isReady, type RowsWanted, TaskRows } from '../../../task/src/new-task/task-rows.ts';
import type { RowObject } from '../../../task/src/rows.ts';
import { InputError } from '../errors.ts';
import { shortPath } from '../text.ts';

/** Data, and which split their rows are for. */
export interface SourceOfSplit {
  readonly source: DataSource;
  readonly split: Split;
}

/**
 * Whether all rows can stand in a data file as they are, which is then not copied.
 * @throws InputError as `madeReady`
 */
export async function areReady(sources: readonly SourceOfSplit[], wanted: RowsWanted): Promise<boolean> {
  if (!sources.every(({ source }) => isDataFile(source))) return false;
  for (const { source } of sources) {
    for await (const rows of soundRows(source)) {
      if (rows.some((row) => !isReady(row, wanted))) return false;
    }
  }
  return true;
}

/**
 * The rows of data that have been gone through before, without a fault.
 * @throws InputError where there is one now, so that rows are missing: the disk fails, or the file has been changed
 */
async function* soundRows({ path, rows }: DataSource): AsyncGenerator<RowObject[]> {
  for await (const batch of rows()) {
    yield batch.map((found) => {
      if (found.row === undefined) throw new InputError(faultText(shortPath(path), found));
      return found.row;
    });
  }
}

/** The rows of one split, to be written. */
export interface RowsOfSplit {
  readonly split: Split;
  readonly rows: number;
  /** Lines of JSON, in parts. */
  bytes(): Iterable<Uint8Array>;
}

/**
 * The rows of each split that has any, and in sentences what was left out.
 * @param share of the training rows that goes to each of the others
 * @throws InputError where the data cannot be read any more as they were before
 */
export async function madeReady(
  sources: readonly SourceOfSplit[],
  wanted: RowsWanted & Pick<DataProposal, 'labels'>,
  share: number,
): Promise<{ rows: RowsOfSplit[]; notes: string[] }> {
  const made: MadeLines[] = [];
  // A row may stand in files of several splits, which is for the rules to tell.
  for (const split of SPLITS) {
    const own = sources.filter((one) => one.split === split).map(({ source }) => source);
    made.push(await linesOf(own, split, wanted, share));
  }
  const rows = SPLITS.map((split) => ({
    split,
    rows: made.reduce((sum, { splits }) => sum + splits.filter((own) => own === split).length, 0),
    *bytes() {
      for (const { lines, splits } of made) yield* lines.bytes((place) => splits[place] === split);
    },
  }));
  return { rows: rows.filter((one) => one.rows > 0), notes: made.flatMap(({ notes }) => notes) };
}

/** What data of one split come to. */
interface MadeLines {
  readonly lines: Lines;
  /** The split that each line goes to: training rows may be shared out. */
  readonly splits: readonly Split[];
  readonly notes: readonly string[];
}

async function linesOf(
  sources: readonly DataSource[],
  split: Split,
  wanted: RowsWanted & Pick<DataProposal, 'labels'>,
  share: number,
): Promise<MadeLines> {
  const ready = new TaskRows(wanted);
  const lines = new Lines();
  const keys: number[] = [];
  const answers: string[] = [];
  for (const source of sources) {
    for await (const rows of soundRows(source)) {
      for (const row of rows) {
        const task = ready.ready(row);
        if (!task) continue;
        lines.add(task.line);
        keys.push(task.key);
        if (wanted.labels) answers.push(task.answer);
      }
    }
  }
  const splits = split === 'train' ? splitRows(keys, wanted.labels && answers, share) : keys.map(() => split);
  return { lines, splits, notes: ready.leftOut() };
}

const SPLITS: readonly Split[] = ['train', 'validation', 'test'];

/** So many units of text are made into bytes at once. */
const BLOCK_UNITS = 1024 * 1024;

/** Lines as bytes, outside of the heap, which they would fill. */
class Lines {
  readonly #blocks: { readonly bytes: Buffer; readonly ends: readonly number[] }[] = [];
  #pending: string[] = [];
  #units = 0;

  add(line: string): void {
    this.#pending.push(line);
    this.#units += line.length;
    if (this.#units >= BLOCK_UNITS) this.#close();
  }

  /** Those that are wanted by their place, from 0. */
  *bytes(isWanted: (place: number) => boolean): Generator<Uint8Array> {
    this.#close();
    let place = 0;
    for (const { bytes, ends } of this.#blocks) {
      const parts: Buffer[] = [];
      let start = 0;
      for (const end of ends) {
        if (isWanted(place)) parts.push(bytes.subarray(start, end));
        start = end;
        place += 1;
      }
      yield Buffer.concat(parts);
    }
  }

  #close(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(`${this.#pending.join('\n')}\n`);
    const ends: number[] = [];
    for (let end = bytes.indexOf('\n'); end >= 0; end = bytes.indexOf('\n', end + 1)) ends.push(end + 1);
    this.#blocks.push({ bytes, ends });
    this.#pending = [];
    this.#units = 0;
  }
}
