import type { Problem } from '../../../protocol/src/problem.ts';
import { formatProblem, problemEvent } from '../../../task/src/format-problem.ts';
import { PtaskError } from '../errors.ts';
import { type CheckedProject, openProject, type Project } from '../project.ts';
import type { Output } from './output.ts';
import { count } from './text.ts';

/** The task file has errors, which have been printed. Exit code 1. */
export class ProblemsFound extends PtaskError {
  override readonly name = 'ProblemsFound';

  constructor(problems: readonly Problem[]) {
    super(`nothing was run: ${summary(problems)}`, 1);
  }
}

/** Problems of each severity that are printed for a person before a run; `ptask check` prints them all. */
const MOST = 20;

/** `2 errors, 1 warning` */
export function summary(problems: readonly Problem[]): string {
  const severities = ['error', 'warning', 'information'] as const;
  const counts = severities
    .map((severity) => [severity, problems.filter((problem) => problem.severity === severity).length] as const)
    .filter(([, n]) => n > 0)
    .map(([severity, n]) => count(n, severity === 'information' ? 'note' : severity));
  return counts.length > 0 ? counts.join(', ') : 'no problems';
}

/**
 * A task file for a command that is to run it: its errors and warnings are printed first.
 * @throws ProblemsFound where one is an error
 */
export async function openForRun(file: string, output: Output): Promise<Project> {
  const checked = await openProject(file, (message) => output.note(message));
  printBeforeRun(checked, output);
  if (!checked.project) throw new ProblemsFound(checked.problems);
  return checked.project;
}

function printBeforeRun({ problems }: CheckedProject, output: Output): void {
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
