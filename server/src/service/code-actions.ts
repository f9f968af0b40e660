import {
  type CodeAction,
  type CodeActionContext,
  CodeActionKind,
  type Diagnostic,
  type TextEdit as LspEdit,
  type Range,
  type WorkspaceEdit,
} from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import { FETCH_MODEL, SELECT_MODEL } from '../../../protocol/src/commands.ts';
import type { Position, Problem, ProblemFix, TextEdit } from '../../../protocol/src/problem.ts';
import { toDiagnostic } from './to-diagnostic.ts';

/** Applies every fix that is never wrong; the kind that an editor can be told to run when a file is saved. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.ptask`;

export interface CodeActionRequest extends CodeActionOptions {
  /** The uri of the document, and its model, where that may be fetched. */
  uri: string;
  fetchable?: string | undefined;
  /** Everything wrong with the document, where its places are those of its present text. */
  problems: readonly Problem[];
  range: Range;
  /** What the editor shows there and which kinds it wants, where it says so. */
  context?: Partial<CodeActionContext>;
  toUri: (path: string) => string;
}

export interface CodeActionOptions {
  /** Whether the editor asks for the edit of an action only when it is chosen. */
  resolvesEdits?: boolean;
  /** Commands that the client carries out. */
  commands?: ReadonlySet<string>;
}

/** What is kept in an action whose edit takes long: which fix of which problems of a document it is. */
export interface FixForAll {
  uri: string;
  code: string;
  forAll: string;
}

export function isFixForAll(data: unknown): data is FixForAll {
  if (typeof data !== 'object' || data === null) return false;
  const { uri, code, forAll } = data as Partial<FixForAll>;
  return typeof uri === 'string' && typeof code === 'string' && typeof forAll === 'string';
}

/**
 * What the client can do for a model that cannot be used; the fixes of the problems at a place, each bound to its diagnostic; those
 * that fix all problems of their kind in the document; and last the one that does all that is never wrong.
 */
export function codeActions(request: CodeActionRequest): CodeAction[] {
  const { problems, range, context = {}, toUri } = request;
  const ours = (context.diagnostics ?? []).filter(({ source }) => source === 'ptask');
  const chosen = problems.flatMap((problem) => {
    const diagnostic = toDiagnostic(problem, toUri);
    if (ours.length === 0) return touch(problem.range, range) ? [{ problem, diagnostic }] : [];
    const sent = ours.find((candidate) => isSame(candidate, diagnostic));
    return sent === undefined ? [] : [{ problem, diagnostic: sent }];
  });
  const wanted = (kind: string): boolean => isWanted(kind, context.only);
  return [
    ...(wanted(CodeActionKind.QuickFix) ? modelFixes(chosen, request) : []),
    ...(wanted(CodeActionKind.QuickFix) ? quickFixes(chosen, toUri) : []),
    ...(wanted(CodeActionKind.QuickFix) ? fixesForAll(chosen, request) : []),
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

/** What the client can do for a model that cannot be used: nothing is fetched before the user has seen what. */
function modelFixes(chosen: readonly Chosen[], { uri, fetchable, commands }: CodeActionRequest): CodeAction[] {
  const offers = [
    ...(fetchable === undefined
      ? []
      : [
          {
            title: t('Fetch {0} from Hugging Face…', fetchable),
            command: FETCH_MODEL,
            argument: { uri, model: fetchable },
          },
        ]),
    { title: t('Select another model…'), command: SELECT_MODEL, argument: { uri } },
  ].filter(({ command }) => commands?.has(command));
  return chosen
    .filter(({ problem }) => problem.code === 'model-not-found' || problem.code === 'model-unsupported')
    .flatMap(({ problem, diagnostic }) =>
      offers
        .filter(({ command }) => command === SELECT_MODEL || problem.code === 'model-not-found')
        .map(({ title, command, argument }) => ({
          title,
          kind: CodeActionKind.QuickFix,
          diagnostics: [diagnostic],
          command: { title, command, arguments: [argument] },
        })),
    );
}

/** One action for each way in which several problems of a kind can be fixed at once. */
function fixesForAll(chosen: readonly Chosen[], { problems, resolvesEdits, toUri }: CodeActionRequest): CodeAction[] {
  const ways = new Map<string, { code: string; forAll: string }>();
  for (const { problem } of chosen) {
    for (const { forAll } of problem.fixes ?? []) {
      if (forAll !== undefined) ways.set(`${problem.code} ${forAll}`, { code: problem.code, forAll });
    }
  }
  return [...ways.values()].flatMap(({ code, forAll }): CodeAction[] => {
    const { edits, applied } = fixForAll(problems, code, forAll);
    if (applied.length < 2) return [];
    const fixed = chosen.filter(({ problem }) => problem.fixes?.some((fix) => applied.includes(fix)));
    const action = { kind: CodeActionKind.QuickFix, diagnostics: fixed.map(({ diagnostic }) => diagnostic) };
    const hasMore = problems.some((problem) => problem.code === code && problem.more !== undefined);
    if (!hasMore) return [{ title: forAll, ...action, edit: { changes: changesOf(edits, toUri) } }];
    if (!resolvesEdits) {
      const title = t('{0} (the first {1})', forAll, applied.length);
      return [{ title, ...action, edit: { changes: changesOf(edits, toUri) } }];
    }
    const data: FixForAll = { uri: toUri(fixed[0]!.problem.file), code, forAll };
    return [{ title: forAll, ...action, data }];
  });
}

/** The edit of an action that was told without it. `problems` are all of the document, however many. */
export function editForAll(
  problems: readonly Problem[],
  { code, forAll }: FixForAll,
  toUri: (path: string) => string,
): WorkspaceEdit {
  return { changes: changesOf(fixForAll(problems, code, forAll).edits, toUri) };
}

function fixForAll(problems: readonly Problem[], code: string, forAll: string) {
  return withoutOverlap(
    problems.flatMap((problem) =>
      problem.code === code ? (problem.fixes ?? []).filter((fix) => fix.forAll === forAll) : [],
    ),
  );
}

/** In one batch without overlaps; what is left over is offered again on the text that results. */
function fixAll(problems: readonly Problem[], toUri: (path: string) => string): CodeAction[] {
  const { edits } = withoutOverlap(problems.flatMap(({ fixes = [] }) => fixes.filter(({ safe }) => safe)));
  if (edits.length === 0) return [];
  return [
    { title: t('Fix all that ptask can fix by itself'), kind: FIX_ALL, edit: { changes: changesOf(edits, toUri) } },
  ];
}

/** The edits of as many fixes as can be applied together, the first ones first. */
function withoutOverlap(fixes: readonly ProblemFix[]): { edits: TextEdit[]; applied: ProblemFix[] } {
  const edits: TextEdit[] = [];
  const applied: ProblemFix[] = [];
  const known = new Set<string>();
  /** By file and line, since there may be very many. */
  const onLine = new Map<string, TextEdit[]>();
  for (const fix of fixes) {
    // Two problems may have the same fix, such as two markers that are both renumbered.
    const fresh = fix.edits.filter((edit) => !known.has(JSON.stringify(edit)));
    if (fresh.some((edit) => linesOf(edit).some((line) => onLine.get(line)?.some((other) => overlap(edit, other))))) {
      continue;
    }
    for (const edit of fresh) {
      known.add(JSON.stringify(edit));
      for (const line of linesOf(edit)) {
        const there = onLine.get(line);
        if (there === undefined) onLine.set(line, [edit]);
        else there.push(edit);
      }
    }
    edits.push(...fresh);
    applied.push(fix);
  }
  return { edits, applied };
}

function linesOf({ file, range: { start, end } }: TextEdit): string[] {
  return Array.from({ length: end.line - start.line + 1 }, (_, i) => `${file}:${start.line + i}`);
}

/** Two insertions at one place count as overlapping, since their order would be left to chance. */
function overlap(a: TextEdit, b: TextEdit): boolean {
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

/** Its parts may come back in another order: Neovim's JSON has no order of keys. */
function isSame(a: Diagnostic, b: Diagnostic): boolean {
  return (
    a.code === b.code &&
    a.message === b.message &&
    isSamePlace(a.range.start, b.range.start) &&
    isSamePlace(a.range.end, b.range.end)
  );
}

/** A cursor right behind a problem still touches it. */
function touch(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isSamePlace(a: Position, b: Position): boolean {
  return a.line === b.line && a.character === b.character;
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
