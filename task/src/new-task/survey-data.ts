import { t } from '../../../l10n/src/words.ts';
import type { Work } from '../data/work.ts';
import { RowSurvey } from './proposal.ts';
import { type DataEnvironment, type DataSource, openData } from './read-data.ts';
import { type DataFault, isFatal } from './row-found.ts';

/** More faults are counted, not told. */
const MOST_TOLD = 10;

/** What was found of something that is no row. */
export interface FileFault extends DataFault {
  readonly path: string;
}

export interface DataSurvey {
  readonly rows: RowSurvey;
  readonly sources: readonly { readonly source: DataSource; readonly rows: number }[];
  /** The first of those that are told, in the order of files and lines. */
  readonly faults: readonly FileFault[];
  /** How many there are beyond these. */
  readonly more: number;
}

/**
 * Goes through all rows of some data.
 * @throws what the work throws
 */
export async function surveyData(
  paths: readonly string[],
  environment: DataEnvironment,
  work: Work,
): Promise<DataSurvey> {
  const rows = new RowSurvey();
  const sources: { source: DataSource; rows: number }[] = [];
  const faults: FileFault[] = [];
  let more = 0;
  const note = (path: string, fault: DataFault) => {
    // What ends the reading is told in any case.
    if (faults.length < MOST_TOLD || fault.isFatal) faults.push({ path, ...fault });
    else more += 1;
  };
  for (const path of paths) {
    const source = await openData(path, environment, work);
    if ('isFatal' in source) {
      note(path, source);
      continue;
    }
    let count = 0;
    for await (const batch of source.rows()) {
      for (const found of batch) {
        if (found.row === undefined) note(path, found);
        else {
          rows.add(found.row);
          count += 1;
        }
      }
      await work.pause();
    }
    sources.push({ source, rows: count });
  }
  return { rows, sources, faults, more };
}

/** What is said where no task can be proposed. */
export function noTask(rows: RowSurvey): string {
  const nested = rows.nestedIn(rows.taskname);
  if (nested.length > 0) {
    const names = nested.slice(0, MOST_TOLD).map((name) => JSON.stringify(name));
    return t(
      'The rows have no field with texts. These hold lists or objects, of which no text is made: {0}.',
      names.join(', '),
    );
  }
  const example = '{"text": "…", "label": "…"}';
  return t(
    'There are no rows in these files: a row is a line of JSON, such as {0}, or of a table whose first line names its columns.',
    example,
  );
}

/** The first fault because of which nothing can be made of the data. */
export function fatalFault({ faults }: DataSurvey): FileFault | undefined {
  return faults.find(isFatal);
}

/** A fault with its place. @param name of the file, as it is to be shown */
export function faultText(name: string, { line, message }: DataFault): string {
  return line === undefined ? t('{0}: {1}', name, message) : t('{0}, line {1}: {2}', name, line, message);
}
