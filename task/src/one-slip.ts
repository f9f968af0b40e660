import type { Problem } from '../../protocol/src/problem.ts';
import { TaskContext } from './context.ts';

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
): Problem[] {
  if (problems.length < 2) return problems;
  for (const slip of problems) {
    const mended = slip.code === 'json-syntax' ? mend(context, slip) : undefined;
    if (mended === undefined || mended.parsed.problems.some(({ code }) => code === 'json-syntax')) continue;
    const left = new Set(problemsOf(mended).map(said));
    return problems.filter((problem) => problem === slip || left.has(said(problem)));
  }
  return problems;
}

/** The file with the best fix of a problem. */
function mend({ path, text, lines }: TaskContext, { fixes }: Problem): TaskContext | undefined {
  const [edit] = fixes?.[0]?.edits ?? [];
  if (edit === undefined) return undefined;
  const { start, end } = edit.range;
  return new TaskContext(path, text.slice(0, lines.offset(start)) + edit.newText + text.slice(lines.offset(end)));
}

/** What a problem says, wherever it stands. */
function said({ code, message }: Problem): string {
  return `${code} ${message}`;
}
