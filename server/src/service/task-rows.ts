import type { Range } from '../../../protocol/src/problem.ts';
import type { TaskRow } from '../../../protocol/src/rows.ts';
import type { TaskContext } from '../../../task/src/context.ts';
import { readLine } from '../../../task/src/data/text-index.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { spanOf } from '../../../task/src/json-tree.ts';
import { textOf } from '../../../task/src/row-view.ts';
import { trimmedSpan } from '../../../task/src/rows.ts';
import { dataLinesAround, type OpenLines } from './data-lines.ts';
import { dataPathsOf } from './dependencies.ts';

export interface RowSources {
  readonly environment: Pick<CheckEnvironment, 'resolvePath'>;
  contexts(): readonly TaskContext[];
  openLines(path: string): OpenLines | undefined;
  toUri(path: string): string;
}

/** The rows of an open document that touch a range and whose task has a template. */
export function taskRows(path: string, range: Range, sources: RowSources): TaskRow[] {
  const own = sources.contexts().find((context) => context.path === path);
  return own ? examples(own, range, sources) : dataRows(path, range, sources);
}

function examples(context: TaskContext, range: Range, { toUri }: RowSources): TaskRow[] {
  return context.file.examples.flatMap((row, index) => {
    const node = context.given('examples', index);
    const taskname = textOf(row, 'taskname');
    if (!node || taskname === undefined || !context.template(taskname)) return [];
    const place = context.lines.range(spanOf(node));
    return touches(place, range) ? [{ range: place, taskFiles: [toUri(context.path)], taskname, row }] : [];
  });
}

function dataRows(path: string, range: Range, { contexts, environment, openLines, toUri }: RowSources): TaskRow[] {
  const open = openLines(path);
  const naming = contexts().filter((context) => dataPathsOf(context, environment).includes(path));
  if (open === undefined || naming.length === 0) return [];
  const distance = range.end.line - range.start.line;
  return dataLinesAround(open, range.start.line, distance).flatMap(({ line, character, text: source }) => {
    const row = line < range.start.line ? undefined : readLine(source, line)?.value;
    const taskname = row && textOf(row, 'taskname');
    if (!row || taskname === undefined) return [];
    const taskFiles = naming.filter((context) => context.template(taskname)).map((context) => toUri(context.path));
    if (taskFiles.length === 0) return [];
    const { start, end } = trimmedSpan(source);
    const place = {
      start: { line, character: character + start },
      end: { line, character: character + end },
    };
    return [{ range: place, taskFiles, taskname, row }];
  });
}

function touches(one: Range, other: Range): boolean {
  return one.start.line <= other.end.line && other.start.line <= one.end.line;
}
