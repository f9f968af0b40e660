import { t } from '../../l10n/src/words.ts';
import type { Problem, Severity } from '../../protocol/src/problem.ts';
import { PtaskError } from './errors.ts';

/** The task file has errors, so that nothing can be done with it. Exit code 1. */
export class ProblemsFound extends PtaskError {
  override readonly name = 'ProblemsFound';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(t('nothing was run: {0}', summary(problems)), 1);
    this.problems = problems;
  }
}

/** `2 errors, 1 warning` */
export function summary(problems: readonly Problem[]): string {
  const severities = ['error', 'warning', 'information'] as const;
  const counts = severities
    .map((severity) => [severity, problems.filter((problem) => problem.severity === severity).length] as const)
    .filter(([, n]) => n > 0)
    .map(([severity, n]) => COUNTED[severity](n));
  return counts.length > 0 ? counts.join(', ') : t('no problems');
}

const COUNTED: Readonly<Record<Severity, (n: number) => string>> = {
  error: (n) => (n === 1 ? t('1 error') : t('{0} errors', n)),
  warning: (n) => (n === 1 ? t('1 warning') : t('{0} warnings', n)),
  information: (n) => (n === 1 ? t('1 note') : t('{0} notes', n)),
};
