import type { Problem } from '../../protocol/src/problem.ts';
import { TaskContext } from './context.ts';
import { LinesAsWritten } from './line-index.ts';

/** What one slip leaves of a text's problems. */
export interface WithoutAftermath {
  readonly problems: Problem[];
  /** What the text is meant to be: itself, or, where it has one slip, itself without it. Its places are those of the text. */
  readonly meant: TaskContext;
}

/**
 * One slip may look like many mistakes. Where mending it makes the text JSON, it is told, and of the others those that are there
 * even then.
 *
 * @param problemsOf what is wrong with a text
 */
export function withoutAftermath(
  context: TaskContext,
  problems: Problem[],
  problemsOf: (context: TaskContext) => readonly Problem[],
): WithoutAftermath {
  for (const slip of problems) {
    const meant = slip.code === 'json-syntax' ? mended(context, slip) : undefined;
    if (meant === undefined || meant.parsed.problems.some(({ code }) => code === 'json-syntax')) continue;
    const left = new Set(problemsOf(meant).map(said));
    return { problems: problems.filter((problem) => problem === slip || left.has(said(problem))), meant };
  }
  return { problems, meant: context };
}

/** The file with the best fix of a problem. */
function mended({ path, text, lines }: TaskContext, { fixes }: Problem): TaskContext | undefined {
  const [edit] = fixes?.[0]?.edits ?? [];
  if (edit === undefined) return undefined;
  const [start, end] = [lines.offset(edit.range.start), lines.offset(edit.range.end)];
  const mend = { start, end, newText: edit.newText };
  return new TaskContext(path, text.slice(0, start) + mend.newText + text.slice(end), new LinesAsWritten(text, mend));
}

/** What a problem says, wherever it stands. */
function said({ code, message }: Problem): string {
  return `${code} ${message}`;
}
