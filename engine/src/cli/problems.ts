import type { Problem } from '../../../protocol/src/problem.ts';
import { formatProblem, problemEvent } from '../../../task/src/format-problem.ts';
import { openProject, type Project, requireSound } from '../project.ts';
import { count } from '../text.ts';
import type { Output } from './output.ts';

/** Problems of each severity that are printed for a person before a run; `ptask check` prints them all. */
const MOST = 20;

/**
 * A task file for a command that is to run it: its errors and warnings are printed first.
 * @param tasks that the command is asked for by name
 * @throws ProblemsFound where one is an error; InputError where it has no such task
 */
export async function openForRun(file: string, output: Output, tasks: readonly string[] = []): Promise<Project> {
  const checked = await openProject(file, (message) => output.note(message), tasks);
  printProblems(checked.problems, output);
  return requireSound(checked);
}

/** Errors and warnings on standard error, or as events. */
export function printProblems(problems: readonly Problem[], output: Output): void {
  const bySeverity = (['error', 'warning'] as const).map((severity) => ({
    severity,
    all: problems.filter((problem) => problem.severity === severity),
  }));
  for (const { severity, all } of bySeverity) {
    for (const problem of all) output.event(problemEvent(problem));
    if (output.json) continue;
    for (const problem of all.slice(0, MOST)) output.note(formatProblem(problem));
    if (all.length > MOST)
      output.note(`… and ${count(all.length - MOST, `more ${severity}`)}; ptask check shows them all`);
  }
}
