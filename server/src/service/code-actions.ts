import { type CodeAction, CodeActionKind, type Range, type TextEdit } from 'vscode-languageserver-types';
import type { Position, Problem, ProblemFix } from '../../../protocol/src/problem.ts';
import { toDiagnostic } from './to-diagnostic.ts';

/** The fixes of the problems that touch a range, each bound to its diagnostic. */
export function quickFixes(problems: readonly Problem[], range: Range, toUri: (path: string) => string): CodeAction[] {
  return problems.flatMap((problem) =>
    problem.fix === undefined || !touch(problem.range, range)
      ? []
      : [
          {
            title: problem.fix.title,
            kind: CodeActionKind.QuickFix,
            diagnostics: [toDiagnostic(problem, toUri)],
            isPreferred: true,
            edit: { changes: changesOf(problem.fix, toUri) },
          },
        ],
  );
}

function changesOf({ edits }: ProblemFix, toUri: (path: string) => string): Record<string, TextEdit[]> {
  const changes: Record<string, TextEdit[]> = {};
  for (const { file, range, newText } of edits) {
    const uri = toUri(file);
    changes[uri] = [...(changes[uri] ?? []), { range, newText }];
  }
  return changes;
}

/** A cursor right behind a problem still touches it. */
function touch(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
