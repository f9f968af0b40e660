import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver-types';
import type { Problem, Severity } from '../../../protocol/src/problem.ts';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

/** A problem as the language server protocol has it. */
export function toDiagnostic(problem: Problem, toUri: (path: string) => string): Diagnostic {
  return {
    range: problem.range,
    severity: SEVERITIES[problem.severity],
    code: problem.code,
    source: 'ptask',
    message: problem.message,
    ...(problem.related === undefined
      ? {}
      : {
          relatedInformation: problem.related.map(({ file, range, message }) => ({
            location: { uri: toUri(file), range },
            message,
          })),
        }),
  };
}
