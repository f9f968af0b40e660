import { fileReason } from '../../../model/src/file-reason.ts';
import { lineEnd, type TextBlock } from '../../../task/src/data/text-blocks.ts';
import type { Work } from '../../../task/src/data/work.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { type DataRow, readRowBatches } from '../../../task/src/rows.ts';

/** The text of a data file as its editor has it, in blocks of whole lines. */
export type OpenLines = readonly Pick<TextBlock, 'text' | 'lines'>[];

/** A line of a data file. */
export interface DataLine {
  /** From 0. */
  readonly line: number;
  /** Where `text` starts in the line: 1 behind a byte order mark that an editor counts as a character, else 0. */
  readonly character: number;
  readonly text: string;
}

/** A data file that is there and cannot be read. */
export class UnreadableData extends Error {}

/** A line of an open data file, by its whole text. */
export function dataLine(line: number, text: string): DataLine {
  const character = line === 0 && text.startsWith('\uFEFF') ? 1 : 0;
  return { line, character, text: text.slice(character) };
}

/** A line of an open data file, blank or not; undefined behind its end. */
export function dataLineAt(open: OpenLines, line: number): DataLine | undefined {
  return dataLinesAround(open, line, 0)[0];
}

/** The lines of an open data file that are at most `distance` before or behind one. */
export function dataLinesAround(open: OpenLines, line: number, distance: number): DataLine[] {
  const lines: DataLine[] = [];
  for (const candidate of linesFrom(open, line - distance)) {
    if (candidate.line > line + distance) break;
    lines.push(candidate);
  }
  return lines;
}

function* linesFrom(open: OpenLines, first: number): Generator<DataLine> {
  let line = 0;
  for (const { text, lines } of open) {
    if (line + lines > first) yield* linesOf(text, line, first);
    line += lines;
  }
}

function* linesOf(block: string, number: number, first: number): Generator<DataLine> {
  let line = number;
  let start = 0;
  while (start < block.length) {
    const { end, next } = lineEnd(block, start);
    if (line >= first) yield dataLine(line, block.slice(start, end));
    line += 1;
    start = next;
  }
}

/**
 * The lines of a data file that are not blank, some at a time; none of a file that is missing.
 *
 * @param open the file as an editor has it, which counts in place of the disk's
 * @throws UnreadableData when the file cannot be read, from the start or half-way; the signal's reason when the work is
 *   given up
 */
export async function* dataLines(
  path: string,
  open: OpenLines | undefined,
  environment: Pick<CheckEnvironment, 'readFile'>,
  work: Work,
): AsyncGenerator<readonly DataLine[]> {
  if (open !== undefined) yield* openLines(open, work);
  else yield* linesOnDisk(path, environment, work);
}

async function* openLines(open: OpenLines, work: Work): AsyncGenerator<readonly DataLine[]> {
  let line = 0;
  for (const { text, lines } of open) {
    await work.pause();
    yield [...linesOf(text, line, 0)].filter((row) => row.text.trim() !== '');
    line += lines;
  }
}

async function* linesOnDisk(
  path: string,
  environment: Pick<CheckEnvironment, 'readFile'>,
  work: Work,
): AsyncGenerator<readonly DataLine[]> {
  await work.pause();
  const reading = await environment.readFile(path);
  if (reading === 'not-found') return;
  if ('unreadable' in reading) throw new UnreadableData(reading.unreadable);
  const batches = readRowBatches(reading);
  try {
    while (true) {
      let batch: IteratorResult<DataRow[]>;
      try {
        // Asked for before any pause: what was not begun cannot close the file.
        batch = await batches.next();
      } catch (error) {
        throw new UnreadableData(fileReason('read', error));
      }
      if (batch.done) return;
      await work.pause();
      yield batch.value.map(({ line, text }) => ({ line, character: 0, text }));
    }
  } finally {
    // Closes the file when its end is not waited for.
    await batches.return(undefined);
  }
}
