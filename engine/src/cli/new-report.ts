import { checkTaskFile, hasErrors } from '../../../task/src/check.ts';
import type { Split } from '../../../task/src/data-facts.ts';
import type { DataProposal } from '../../../task/src/new-task/proposal.ts';
import type { DataSurvey } from '../../../task/src/new-task/survey-data.ts';
import { nodeEnvironment } from '../../../task/src/node-environment.ts';
import { summary } from '../problems-found.ts';
import { count, oneLine, shortPath, table } from '../text.ts';
import type { Output } from './output.ts';
import { printProblems } from './problems.ts';
import { shellWord } from './shell-word.ts';

const MOST_SHOWN_LABELS = 8;
const MOST_SHOWN_FIELDS = 8;

/** A data file of the task file that is written. */
export interface DataFile {
  readonly split: Split;
  readonly path: string;
  readonly rows: number;
}

/** Why nothing is made of the data; the exit code. */
export function tellFaults({ faults, more }: DataSurvey, output: Output): number {
  for (const { path: file, line, message } of faults) {
    const place = line === undefined ? shortPath(file) : `${shortPath(file)}:${line}`;
    output.note(`error: ${place}: ${message}`);
    output.event({ event: 'error', file, ...(line === undefined ? {} : { line }), message });
  }
  if (more > 0) output.note(`… and ${count(more, 'more error')}`);
  output.note('nothing was written');
  return 1;
}

export function tellSources({ sources }: DataSurvey, notes: readonly string[], output: Output): void {
  for (const { source, rows } of sources) {
    output.text(`${shortPath(source.path)}: ${count(rows, 'row')}`);
    for (const note of source.notes()) output.warn(`${shortPath(source.path)}: ${note}`);
  }
  for (const note of notes) output.note(note);
}

export function tellMade(
  taskname: string,
  { fields, otherFields, answerField, isAnswerGuessed, labels }: DataProposal,
  { files, advice }: { readonly files: readonly DataFile[]; readonly advice: string },
  taskFile: string,
  output: Output,
): void {
  const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');
  const shown = labels?.slice(0, MOST_SHOWN_LABELS) ?? [];
  const more = (labels?.length ?? 0) - shown.length;
  const kind = labels
    ? `one of ${count(labels.length, 'label')}: ${quoted(shown)}${more > 0 ? ` and ${more} more` : ''}`
    : 'free text';
  output.text(oneLine(`Task "${taskname}": from ${quoted(fields)} to the answer ${quoted([answerField])}, ${kind}`));
  if (isAnswerGuessed) {
    const others = [...fields, ...otherFields];
    const more = others.length > MOST_SHOWN_FIELDS ? ', …' : '';
    output.text(
      oneLine(
        `No name says which column is the answer; --answer takes another: ${quoted(others.slice(0, MOST_SHOWN_FIELDS))}${more}`,
      ),
    );
  }
  if (otherFields.length > 0)
    output.text(oneLine(`Not in its template: ${quoted(otherFields)}; --text takes what it is to hold`));
  const rows = files.map(({ split, path: file, rows }) => [shortPath(file), split, count(rows, 'row')]);
  for (const line of table([...rows, [shortPath(taskFile), 'the task file', '']], [2])) output.text(`  ${line}`);
  if (!files.some(({ split }) => split === 'validation')) {
    output.text(`No rows are held out for validation, so that nothing will say how well the prompt does; ${advice}.`);
  }
}

/** What `ptask check` says of the file that was written, and what comes next. */
export async function tellProblems(taskFile: string, text: string, output: Output): Promise<number> {
  const file = shortPath(taskFile);
  const { problems } = await checkTaskFile({ path: file, text, environment: nodeEnvironment() });
  printProblems(problems, output);
  output.note(summary(problems));
  const isSound = !hasErrors(problems);
  output.text(isSound ? `Next: ptask train ${shellWord(file)}` : `Next: mend it, and ptask check ${shellWord(file)}`);
  return isSound ? 0 : 1;
}
