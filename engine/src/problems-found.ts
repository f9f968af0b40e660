import type { Problem } from '../../protocol/src/problem.ts';
import { PtaskError } from './errors.ts';
import { count } from './text.ts';

/** The task file has errors, so that nothing can be done with it. Exit code 1. */
export class ProblemsFound extends PtaskError {
  override readonly name = 'ProblemsFound';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`nothing was run: ${summary(problems)}`, 1);
    this.problems = problems;
  }
}

/** `2 errors, 1 warning` */
export function summary(problems: readonly Problem[]): string {
  const severities = ['error', 'warning', 'information'] as const;
  const counts = severities
    .map((severity) => [severity, problems.filter((problem) => problem.severity === severity).length] as const)
    .filter(([, n]) => n > 0)
    .map(([severity, n]) => count(n, severity === 'information' ? 'note' : severity));
  return counts.length > 0 ? counts.join(', ') : 'no problems';
}
