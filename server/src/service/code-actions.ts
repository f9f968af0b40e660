import {
  type CodeAction,
  type CodeActionContext,
  CodeActionKind,
  type Diagnostic,
  type TextEdit as LspEdit,
  type Range,
} from 'vscode-languageserver-types';
import type { Position, Problem, ProblemFix, TextEdit } from '../../../protocol/src/problem.ts';
import { toDiagnostic } from './to-diagnostic.ts';

/** Applies every fix that is never wrong; the kind that an editor can be told to run when a file is saved. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.ptask`;

export interface CodeActionRequest {
  /** Everything wrong with the document, where its places are those of its present text. */
  problems: readonly Problem[];
  range: Range;
  /** What the editor shows there and which kinds it wants, where it says so. */
  context?: Partial<CodeActionContext>;
  toUri: (path: string) => string;
}

/**
 * The fixes of the problems at a place, each bound to its diagnostic; behind them those that fix all problems of their kind
 * in the document; and last the one that does all that is never wrong.
 */
export function codeActions({ problems, range, context = {}, toUri }: CodeActionRequest): CodeAction[] {
  const ours = (context.diagnostics ?? []).filter(({ source }) => source === 'ptask');
  const chosen = problems.flatMap((problem) => {
    const diagnostic = toDiagnostic(problem, toUri);
    if (ours.length === 0) return touch(problem.range, range) ? [{ problem, diagnostic }] : [];
    const sent = ours.find((candidate) => isSame(candidate, diagnostic));
    return sent === undefined ? [] : [{ problem, diagnostic: sent }];
  });
  const wanted = (kind: string): boolean => isWanted(kind, context.only);
  return [
    ...(wanted(CodeActionKind.QuickFix) ? quickFixes(chosen, toUri) : []),
    ...(wanted(CodeActionKind.QuickFix) ? fixesForAll(chosen, problems, toUri) : []),
    ...(wanted(FIX_ALL) ? fixAll(problems, toUri) : []),
  ];
}

interface Chosen {
  problem: Problem;
  /** As the editor knows it. */
  diagnostic: Diagnostic;
}

function quickFixes(chosen: readonly Chosen[], toUri: (path: string) => string): CodeAction[] {
  return chosen.flatMap(({ problem, diagnostic }) =>
    (problem.fixes ?? []).map((fix, nth) => ({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      ...(nth === 0 && !fix.guess ? { isPreferred: true } : {}),
      edit: { changes: changesOf(fix.edits, toUri) },
    })),
  );
}

/** One action for each way in which several problems of a kind can be fixed at once. */
function fixesForAll(
  chosen: readonly Chosen[],
  problems: readonly Problem[],
  toUri: (path: string) => string,
): CodeAction[] {
  const titles = new Map<string, string>();
  for (const { problem } of chosen) {
    for (const { forAll } of problem.fixes ?? [])
      if (forAll !== undefined) titles.set(`${problem.code} ${forAll}`, forAll);
  }
  return [...titles].flatMap(([key, title]) => {
    const fixes = problems.flatMap(({ code, fixes = [] }) => fixes.filter(({ forAll }) => `${code} ${forAll}` === key));
    const { edits, applied } = withoutOverlap(fixes);
    if (applied.length < 2) return [];
    const fixed = chosen.filter(({ problem }) => problem.fixes?.some((fix) => applied.includes(fix)));
    return [
      {
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: fixed.map(({ diagnostic }) => diagnostic),
        edit: { changes: changesOf(edits, toUri) },
      },
    ];
  });
}

/** In one batch without overlaps; what is left over is offered again on the text that results. */
function fixAll(problems: readonly Problem[], toUri: (path: string) => string): CodeAction[] {
  const { edits } = withoutOverlap(problems.flatMap(({ fixes = [] }) => fixes.filter(({ safe }) => safe)));
  if (edits.length === 0) return [];
  return [{ title: 'Fix all that ptask can fix by itself', kind: FIX_ALL, edit: { changes: changesOf(edits, toUri) } }];
}

/** The edits of as many fixes as can be applied together, the first ones first. */
function withoutOverlap(fixes: readonly ProblemFix[]): { edits: TextEdit[]; applied: ProblemFix[] } {
  const edits: TextEdit[] = [];
  const applied: ProblemFix[] = [];
  const known = new Set<string>();
  for (const fix of fixes) {
    // Two problems may have the same fix, such as two markers that are both renumbered.
    const fresh = fix.edits.filter((edit) => !known.has(JSON.stringify(edit)));
    if (fresh.some((edit) => edits.some((other) => overlap(edit, other)))) continue;
    for (const edit of fresh) known.add(JSON.stringify(edit));
    edits.push(...fresh);
    applied.push(fix);
  }
  return { edits, applied };
}

/** Two insertions at one place count as overlapping, since their order would be left to chance. */
function overlap(a: TextEdit, b: TextEdit): boolean {
  if (a.file !== b.file) return false;
  const isInsertion = ({ range }: TextEdit): boolean => !isBefore(range.start, range.end);
  return isInsertion(a) || isInsertion(b)
    ? touch(a.range, b.range)
    : isBefore(a.range.start, b.range.end) && isBefore(b.range.start, a.range.end);
}

function changesOf(edits: readonly TextEdit[], toUri: (path: string) => string): Record<string, LspEdit[]> {
  const changes: Record<string, LspEdit[]> = {};
  for (const { file, range, newText } of edits) {
    const uri = toUri(file);
    changes[uri] ??= [];
    changes[uri].push({ range, newText });
  }
  return changes;
}

/** A kind is wanted by its own name or by that of a kind that holds it; an editor that names none wants all. */
function isWanted(kind: string, only: readonly string[] | undefined): boolean {
  return only === undefined || only.some((asked) => asked === '' || kind === asked || kind.startsWith(`${asked}.`));
}

function isSame(a: Diagnostic, b: Diagnostic): boolean {
  return a.code === b.code && a.message === b.message && JSON.stringify(a.range) === JSON.stringify(b.range);
}

/** A cursor right behind a problem still touches it. */
function touch(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
