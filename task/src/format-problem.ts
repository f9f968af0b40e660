import type { Problem, ProblemEvent } from '../../protocol/src/problem.ts';

/** One line: `file:line:column severity code message`, lines and columns from 1. */
export function formatProblem({ file, range, severity, code, message }: Problem): string {
  const place = `${file}:${range.start.line + 1}:${range.start.character + 1}`;
  return `${place} ${severity} ${code} ${message.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')}`;
}

/** The problem as `--json` prints it. */
export function problemEvent({ file, range, severity, code, message }: Problem): ProblemEvent {
  return {
    event: 'problem',
    file,
    line: range.start.line + 1,
    column: range.start.character + 1,
    endLine: range.end.line + 1,
    endColumn: range.end.character + 1,
    severity,
    code,
    message,
  };
}
