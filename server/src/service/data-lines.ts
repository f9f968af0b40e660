import { lineEnd } from '../../../task/src/data/text-blocks.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { readRowBatches } from '../../../task/src/rows.ts';

/** A line of a data file that is not blank. */
export interface DataLine {
  /** From 0. */
  readonly line: number;
  /** Where `text` starts in the line: 1 behind a byte order mark that an editor counts as a character, else 0. */
  readonly character: number;
  readonly text: string;
}

/** A data file that is there and cannot be read. */
export class UnreadableData extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}

const BATCH = 1000;

/**
 * The lines of a data file, some at a time; none of a file that is missing.
 *
 * @param openText the file's text in the editor, when it is open there; it counts in place of the disk's
 * @throws UnreadableData when the file cannot be read, from the start or half-way; the signal's reason when it is aborted
 */
export async function* dataLines(
  path: string,
  openText: string | undefined,
  environment: Pick<CheckEnvironment, 'readFile'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly DataLine[]> {
  signal?.throwIfAborted();
  if (openText !== undefined) {
    for (const batch of linesOf(openText)) {
      yield batch;
      signal?.throwIfAborted();
    }
    return;
  }
  const reading = await environment.readFile(path);
  if (reading === 'not-found') return;
  if ('unreadable' in reading) throw new UnreadableData(path, reading.unreadable);
  try {
    for await (const rows of readRowBatches(reading)) {
      signal?.throwIfAborted();
      yield rows.map(({ line, text }) => ({ line, character: 0, text }));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new UnreadableData(path, error instanceof Error ? error.message : String(error));
  }
}

function* linesOf(text: string): Generator<readonly DataLine[]> {
  let batch: DataLine[] = [];
  for (const line of everyLine(text)) {
    if (line.text.trim() !== '') batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A line of an open data file, blank or not; undefined behind its end. */
export function dataLineAt(text: string, wanted: number): DataLine | undefined {
  return dataLinesAround(text, wanted, 0)[0];
}

/** The lines of an open data file that are at most `distance` before or behind one. */
export function dataLinesAround(text: string, line: number, distance: number): DataLine[] {
  const lines: DataLine[] = [];
  for (const candidate of everyLine(text)) {
    if (candidate.line > line + distance) break;
    if (candidate.line >= line - distance) lines.push(candidate);
  }
  return lines;
}

/** A line of an open data file, by its whole text. */
export function dataLine(line: number, text: string): DataLine {
  const character = line === 0 && text.startsWith('\uFEFF') ? 1 : 0;
  return { line, character, text: text.slice(character) };
}

/** Lines end where the language server protocol ends them: at \n, \r\n or \r. */
function* everyLine(text: string): Generator<DataLine> {
  let start = 0;
  for (let line = 0; ; line++) {
    const { end, next } = lineEnd(text, start);
    yield dataLine(line, text.slice(start, end));
    // The last line has no end.
    if (next === end) return;
    start = next;
  }
}
