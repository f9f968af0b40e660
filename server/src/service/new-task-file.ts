import { t } from '../../../l10n/src/words.ts';
import type {
  DataAtFault,
  ProposeTaskFileParams,
  ReadyRowsParams,
  ReadyRowsResult,
  TaskFileProposal,
  TaskFileTextParams,
  TaskFileTextResult,
} from '../../../protocol/src/new-task-file.ts';
import { Work } from '../../../task/src/data/work.ts';
import type { Split } from '../../../task/src/data-facts.ts';
import { fileNameOf } from '../../../task/src/new-task/file-name.ts';
import { proposeTask } from '../../../task/src/new-task/proposal.ts';
import { isDataFile, openData } from '../../../task/src/new-task/read-data.ts';
import { isFatal } from '../../../task/src/new-task/row-found.ts';
import { fatalFault, faultText, noTask, surveyData } from '../../../task/src/new-task/survey-data.ts';
import { copyName, pathBeside, splitsOf, taskFileText } from '../../../task/src/new-task/task-file-text.ts';
import { TaskRows } from '../../../task/src/new-task/task-rows.ts';
import type { ServiceHost } from './host.ts';

export type NewTaskHost = Pick<ServiceHost, 'environment' | 'toPath' | 'breathe'>;

/** As long as a part of a copy is, in UTF-16 units, before it is sent. */
const PART_UNITS = 256 * 1024;

/** What all rows of the data say of their task. @throws the signal's reason when it is aborted */
export async function proposeTaskFile(
  { files, answerField }: ProposeTaskFileParams,
  host: NewTaskHost,
  signal?: AbortSignal,
): Promise<TaskFileProposal | DataAtFault> {
  const work = new Work({ signal, breathe: host.breathe });
  const paths = files.map((uri) => host.toPath(uri));
  const survey = await surveyData(paths, host.environment, work);
  const proposal = proposeTask(survey.rows, { answerField });
  const fault = fatalFault(survey) ?? (proposal ? undefined : survey.faults[0]);
  if (fault) return { problem: faultText(nameOf(files[paths.indexOf(fault.path)]!), fault) };
  if (!proposal) return { problem: noTask(survey.rows) };
  // In an editor the answer is asked for.
  const { taskname, labels, longestField, language, isAnswerGuessed: _, ...rest } = proposal;
  const unlike = survey.sources.filter(({ source }) => !isDataFile(source));
  return {
    ...rest,
    ...(taskname === undefined ? {} : { taskname }),
    ...(labels && { labels }),
    ...(longestField === undefined ? {} : { longestField }),
    ...(language && { language }),
    unlike: unlike.map(({ source }) => paths.indexOf(source.path)),
  };
}

/** A file's name as people read it. */
function nameOf(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * The rows of a file as a data file has them, a part after the other.
 * @param send is waited for before the next part is made
 * @throws the signal's reason when it is aborted
 */
export async function readyRows(
  { file, taskname, fields, answerField }: Omit<ReadyRowsParams, 'partialResultToken'>,
  host: NewTaskHost,
  send: (part: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<ReadyRowsResult> {
  const work = new Work({ signal, breathe: host.breathe });
  const path = host.toPath(file);
  const source = await openData(path, host.environment, work);
  const rows = new TaskRows({ taskname, fields, answerField });
  const name = copyName(path, fileNameOf(taskname));
  if ('isFatal' in source) return { name, notes: [faultText(nameOf(file), source)] };
  let part = '';
  let faults = 0;
  let first = '';
  for await (const batch of source.rows()) {
    for (const found of batch) {
      if (found.row === undefined) {
        if (faults === 0) first = faultText(nameOf(file), found);
        faults += 1;
      } else {
        const ready = rows.ready(found.row);
        if (ready) part += `${ready.line}\n`;
      }
    }
    if (part.length >= PART_UNITS) {
      await send(part);
      part = '';
    }
    await work.pause();
    if (batch.some(isFatal)) break;
  }
  if (part !== '') await send(part);
  const broken = faults === 0 ? [] : [t('What is no row was left out, {0} in all. {1}', faults, first)];
  return { name, notes: [...broken, ...rows.leftOut(), ...source.notes()] };
}

/** A task file for rows that stand beside it or elsewhere. */
export function newTaskFileText(
  { taskname, proposal, files, language }: TaskFileTextParams,
  host: NewTaskHost,
): TaskFileTextResult {
  const paths = files.map(({ rows }) => host.toPath(rows));
  // A copy's name has the task's in it, which may be called a test itself.
  const splits = splitsOf(files.map(({ data }) => host.toPath(data)));
  const of = (wanted: Split) =>
    paths.filter((_, place) => splits[place] === wanted).map((path) => pathBeside(paths[0]!, path));
  const text = taskFileText({
    taskname,
    proposal: { ...proposal, labels: proposal.labels, longestField: proposal.longestField },
    data: { train: of('train'), validation: of('validation'), test: of('test') },
    language: proposal.language ?? language,
    isLanguageGuessed: true,
  });
  // The rows may name their task as no file can be named.
  return { name: fileNameOf(taskname), text };
}
