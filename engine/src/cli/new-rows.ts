import type { Split } from '../../../task/src/data-facts.ts';
import type { DataProposal } from '../../../task/src/new-task/proposal.ts';
import type { DataSource } from '../../../task/src/new-task/read-data.ts';
import { splitRows } from '../../../task/src/new-task/split-rows.ts';
import { isReady, type RowsWanted, type TaskRow, TaskRows } from '../../../task/src/new-task/task-rows.ts';

/** Data, and which split their rows are for. */
export interface SourceOfSplit {
  readonly source: DataSource;
  readonly split: Split;
}

/** Whether all rows can stand in a data file as they are, which is then not copied. */
export async function areReady(sources: readonly SourceOfSplit[], wanted: RowsWanted): Promise<boolean> {
  if (sources.some(({ source }) => source.form !== 'lines' || source.encoding !== 'utf-8')) return false;
  for (const { source } of sources) {
    for await (const batch of source.rows()) {
      if (batch.some(({ row }) => row !== undefined && !isReady(row, wanted))) return false;
    }
  }
  return true;
}

/**
 * The rows of each split as lines of JSON, and in sentences what was left out.
 * @param share of the training rows that goes to each of the others
 */
export async function madeReady(
  sources: readonly SourceOfSplit[],
  wanted: RowsWanted & Pick<DataProposal, 'labels'>,
  share: number,
): Promise<{ lines: Record<Split, string[]>; notes: string[] }> {
  const lines: Record<Split, string[]> = { train: [], validation: [], test: [] };
  const notes: string[] = [];
  // A row may stand in files of several splits, which is for the rules to tell.
  for (const split of ['train', 'validation', 'test'] as const) {
    const ready = new TaskRows(wanted);
    const rows: TaskRow[] = [];
    for (const { source } of sources.filter((one) => one.split === split)) {
      for await (const batch of source.rows()) {
        for (const { row } of batch) {
          const made = row && ready.ready(row);
          if (made) rows.push(made);
        }
      }
    }
    const splits = split === 'train' ? splitRows(rows, wanted.labels !== undefined, share) : rows.map(() => split);
    for (const [place, { line }] of rows.entries()) lines[splits[place]!].push(line);
    notes.push(...ready.leftOut());
  }
  return { lines, notes };
}

/** So many lines are made into bytes at once. */
const LINES_AT_ONCE = 1000;

/** A data file's bytes, in parts. */
export function* linesOf(lines: readonly string[]): Generator<Uint8Array> {
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    yield Buffer.from(`${lines.slice(from, from + LINES_AT_ONCE).join('\n')}\n`);
  }
}
