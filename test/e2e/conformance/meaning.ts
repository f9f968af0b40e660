import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  Diagnostic,
  DocumentHighlight,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InitializeResult,
  InlayHint,
  Location,
  LocationLink,
  Position,
  Range,
  SelectionRange,
  SemanticTokens,
  SymbolInformation,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Fault } from './declared-types.ts';

/* What the protocol says of messages in words, which their types do not show. */

/** What a message is about. */
export interface Surroundings {
  /** A document's text; undefined for one that cannot be read. */
  readonly textOf: (uri: string) => string | undefined;
  /** What the server said of itself. */
  readonly server: InitializeResult | undefined;
}

/** The parts that questions have in common. */
export interface Asked {
  readonly textDocument?: { readonly uri: string };
  readonly position?: Position;
  readonly positions?: readonly Position[];
  readonly range?: Range;
  readonly context?: { readonly only?: readonly string[] };
}

/** @param at how the message is called in what is said of it */
export function answerFaults(method: string, asked: Asked, answer: unknown, at: string, around: Surroundings): Fault[] {
  if (answer === null || answer === undefined) return [];
  const { textDocument } = asked;
  const text = textDocument && around.textOf(textDocument.uri);
  const document = TextDocument.create(textDocument?.uri ?? '', '', 0, text ?? '');
  const ranges = rangesIn(answer, at).flatMap(({ range, at }) => orderFaults(range, at));
  return [...ranges, ...(OF[method]?.({ answer, asked, document, at, around }) ?? [])];
}

interface About {
  readonly answer: unknown;
  readonly asked: Asked;
  /** That was asked about. */
  readonly document: TextDocument;
  readonly at: string;
  readonly around: Surroundings;
}

const OF: Readonly<Record<string, (about: About) => Fault[]>> = {
  'textDocument/hover': ({ answer, asked, document, at }) => {
    const { range } = answer as Hover;
    return range === undefined ? [] : [...inside(document, range, at), ...holds(range, asked.position!, at)];
  },
  'textDocument/completion': ({ answer, asked, document, at }) =>
    itemsOf(answer as CompletionItem[] | CompletionList).flatMap((item) =>
      completionFaults(item, asked.position!, document, `${at} ${item.label}`),
    ),
  'textDocument/definition': ({ answer, document, at, around }) =>
    (answer as (Location | LocationLink)[]).flatMap((place, n) =>
      'uri' in place ? placeFaults(place, `${at}[${n}]`, around) : linkFaults(place, document, `${at}[${n}]`, around),
    ),
  'textDocument/references': ({ answer, at, around }) =>
    (answer as Location[]).flatMap((place, n) => placeFaults(place, `${at}[${n}]`, around)),
  'textDocument/documentHighlight': ({ answer, document, at }) =>
    (answer as DocumentHighlight[]).flatMap(({ range }) => inside(document, range, at)),
  'textDocument/prepareRename': ({ answer, asked, document, at }) => {
    const { range } = answer as { range: Range };
    return [...inside(document, range, at), ...holds(range, asked.position!, at)];
  },
  'textDocument/rename': ({ answer, at, around }) => workspaceEditFaults(answer as WorkspaceEdit, at, around),
  'textDocument/documentSymbol': ({ answer, document, at }) =>
    (answer as (DocumentSymbol | SymbolInformation)[]).flatMap((symbol) =>
      symbolFaults(symbol, document, `${at} ${symbol.name}`),
    ),
  'textDocument/documentLink': ({ answer, document, at }) =>
    (answer as { range: Range }[]).flatMap(({ range }) => inside(document, range, at)),
  'textDocument/foldingRange': ({ answer, document, at }) =>
    (answer as FoldingRange[]).flatMap(({ startLine, endLine }) =>
      startLine <= endLine && endLine < document.lineCount ? [] : [`${at}: folds ${startLine} to ${endLine}`],
    ),
  'textDocument/selectionRange': ({ answer, asked, document, at }) => {
    const ranges = answer as SelectionRange[];
    const count = asked.positions!.length === ranges.length ? [] : [`${at}: ${ranges.length} ranges`];
    return [...count, ...ranges.flatMap((range, n) => selectionFaults(range, asked.positions![n]!, document, at))];
  },
  'textDocument/formatting': ({ answer, document, at }) => editFaults(answer as TextEdit[], document, at),
  'textDocument/rangeFormatting': ({ answer, document, at }) => editFaults(answer as TextEdit[], document, at),
  'textDocument/semanticTokens/full': ({ answer, document, at, around }) =>
    tokenFaults(answer as SemanticTokens, document, at, around),
  'textDocument/semanticTokens/range': ({ answer, document, at, around }) =>
    tokenFaults(answer as SemanticTokens, document, at, around),
  'textDocument/inlayHint': ({ answer, asked, document, at }) =>
    (answer as InlayHint[]).flatMap(({ position, label }) => [
      ...inside(document, { start: position, end: position }, at),
      ...holds(asked.range!, position, `${at}: what was asked`),
      ...(label.length > 0 ? [] : [`${at}: a hint that says nothing`]),
    ]),
  'textDocument/codeLens': ({ answer, document, at }) =>
    (answer as { range: Range }[]).flatMap(({ range }) => [
      ...inside(document, range, at),
      ...(range.start.line === range.end.line ? [] : [`${at}: a lens over several lines`]),
    ]),
  'textDocument/codeAction': ({ answer, asked, at, around }) =>
    (answer as CodeAction[]).flatMap((action) => actionFaults(action, asked, `${at} ${action.title}`, around)),
  'codeAction/resolve': ({ answer, asked, at, around }) => {
    // Nothing but what was left out may be another.
    const { edit, ...rest } = answer as CodeAction;
    const { edit: _, ...before } = asked as Partial<CodeAction>;
    const changed = JSON.stringify(rest) === JSON.stringify(before) ? [] : [`${at}: is another action`];
    return [...changed, ...(edit === undefined ? [] : workspaceEditFaults(edit, at, around))];
  },
  'textDocument/diagnostic': ({ answer, document, at }) => {
    const { items = [] } = answer as { items?: Diagnostic[] };
    return items.flatMap((diagnostic) => diagnosticFaults(diagnostic, document, at));
  },
};

/** Of what a server says on its own account: all that stands in it is to fit the document. */
export function publishedFaults(diagnostics: readonly Diagnostic[], uri: string, text: string, at: string): Fault[] {
  const document = TextDocument.create(uri, '', 0, text);
  return diagnostics.flatMap((diagnostic) => diagnosticFaults(diagnostic, document, at));
}

function diagnosticFaults({ range, message }: Diagnostic, document: TextDocument, at: string): Fault[] {
  return [...inside(document, range, `${at} ${message}`), ...(message === '' ? [`${at}: says nothing`] : [])];
}

function itemsOf(answer: CompletionItem[] | CompletionList): CompletionItem[] {
  return Array.isArray(answer) ? answer : answer.items;
}

function completionFaults(item: CompletionItem, position: Position, document: TextDocument, at: string): Fault[] {
  const { label, textEdit, additionalTextEdits = [] } = item;
  const edits = [...additionalTextEdits];
  const faults = label === '' ? [`${at}: an item without a label`] : [];
  if (textEdit !== undefined) {
    const ranges = 'range' in textEdit ? [textEdit.range] : [textEdit.insert, textEdit.replace];
    for (const range of ranges) {
      faults.push(...inside(document, range, at), ...holds(range, position, at));
      if (range.start.line !== range.end.line) faults.push(`${at}: what is replaced goes over several lines`);
    }
    edits.push({ range: ranges.at(-1)!, newText: textEdit.newText });
  }
  return [...faults, ...editFaults(edits, document, at)];
}

function placeFaults({ uri, range }: Location, at: string, { textOf }: Surroundings): Fault[] {
  const text = textOf(uri);
  if (text === undefined) return [`${at}: ${uri} is not there`];
  return inside(TextDocument.create(uri, '', 0, text), range, at);
}

function linkFaults(link: LocationLink, document: TextDocument, at: string, around: Surroundings): Fault[] {
  const { originSelectionRange, targetUri, targetRange, targetSelectionRange } = link;
  return [
    ...(originSelectionRange === undefined ? [] : inside(document, originSelectionRange, at)),
    ...placeFaults({ uri: targetUri, range: targetRange }, at, around),
    ...within(targetSelectionRange, targetRange, at),
  ];
}

function symbolFaults(symbol: DocumentSymbol | SymbolInformation, document: TextDocument, at: string): Fault[] {
  const name = symbol.name.trim() === '' ? [`${at}: a symbol without a name`] : [];
  if ('location' in symbol) return [...name, ...inside(document, symbol.location.range, at)];
  const { range, selectionRange, children = [] } = symbol;
  return [
    ...name,
    ...inside(document, range, at),
    ...within(selectionRange, range, at),
    ...children.flatMap((child) => [
      ...within(child.range, range, `${at} ${child.name}`),
      ...symbolFaults(child, document, `${at} ${child.name}`),
    ]),
  ];
}

function selectionFaults(selection: SelectionRange, position: Position, document: TextDocument, at: string): Fault[] {
  const faults = [...inside(document, selection.range, at), ...holds(selection.range, position, at)];
  for (let inner = selection; inner.parent !== undefined; inner = inner.parent)
    faults.push(...inside(document, inner.parent.range, at), ...within(inner.range, inner.parent.range, at));
  return faults;
}

function actionFaults(
  { title, kind, edit, diagnostics = [] }: CodeAction,
  { context, textDocument }: Asked,
  at: string,
  around: Surroundings,
): Fault[] {
  const isWanted = context?.only?.some((wanted) => `${kind}.`.startsWith(`${wanted}.`)) ?? true;
  return [
    ...(title === '' ? [`${at}: has no title`] : []),
    ...(isWanted ? [] : [`${at}: was not asked for`]),
    ...publishedFaults(diagnostics, textDocument!.uri, around.textOf(textDocument!.uri)!, at),
    ...(edit === undefined ? [] : workspaceEditFaults(edit, at, around)),
  ];
}

export function workspaceEditFaults({ changes = {} }: WorkspaceEdit, at: string, { textOf }: Surroundings): Fault[] {
  return Object.entries(changes).flatMap(([uri, edits]) => {
    const text = textOf(uri);
    if (text === undefined) return [`${at}: ${uri} is not there`];
    return editFaults(edits, TextDocument.create(uri, '', 0, text), at);
  });
}

/** Edits are all made to the text as it was, so none may touch what another one changes. */
function editFaults(edits: readonly TextEdit[], document: TextDocument, at: string): Fault[] {
  // The last line with its end reaches to the beginning of the one behind it, whether there is one or not.
  const behind = { line: document.lineCount, character: 0 };
  const faults = edits.flatMap(({ range: { start, end } }) =>
    inside(document, { start, end: place(end) === place(behind) ? start : end }, at),
  );
  const inOrder = edits
    .map(({ range: { start, end } }) => ({ start: document.offsetAt(start), end: document.offsetAt(end) }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  for (const [n, edit] of inOrder.entries()) {
    const before = inOrder[n - 1];
    if (before !== undefined && edit.start < before.end) faults.push(`${at}: edits overlap at ${edit.start}`);
  }
  return faults;
}

function tokenFaults({ data }: SemanticTokens, document: TextDocument, at: string, { server }: Surroundings): Fault[] {
  const legend = server!.capabilities.semanticTokensProvider!.legend;
  if (data.length % 5 !== 0) return [`${at}: ${data.length} numbers are no tokens`];
  const faults: Fault[] = [];
  let [line, character, end] = [0, 0, 0];
  for (let n = 0; n < data.length; n += 5) {
    const [ahead, behind, length, type, modifiers] = data.slice(n, n + 5) as [number, number, number, number, number];
    line += ahead;
    if (ahead > 0) end = 0;
    character = ahead > 0 ? behind : character + behind;
    const start = { line, character };
    // One that is too long leaves its line, which a range shows.
    faults.push(...inside(document, { start, end: { line, character: character + length } }, `${at} token ${n / 5}`));
    if (length === 0) faults.push(`${at} token ${n / 5}: is empty`);
    if (character < end) faults.push(`${at} token ${n / 5}: overlaps the one before`);
    if (type >= legend.tokenTypes.length) faults.push(`${at} token ${n / 5}: ${type} is no type`);
    if (modifiers >= 2 ** legend.tokenModifiers.length) faults.push(`${at} token ${n / 5}: ${modifiers} no modifiers`);
    end = character + length;
  }
  return faults;
}

/** A range is in a document if it begins and ends at characters that are there, in none's middle. */
function inside(document: TextDocument, range: Range, at: string): Fault[] {
  return [range.start, range.end].flatMap((position) => {
    const offset = document.offsetAt(position);
    const there = document.positionAt(offset);
    const isThere = there.line === position.line && there.character === position.character;
    const halves = document.getText().slice(offset - 1, offset + 1);
    if (isThere && !/^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(halves)) return [];
    return [`${at}: ${place(position)} is no place of ${document.uri}`];
  });
}

function holds(range: Range, position: Position, at: string): Fault[] {
  return isBefore(position, range.start) || isBefore(range.end, position)
    ? [`${at}: ${place(range.start)} to ${place(range.end)} does not hold ${place(position)}`]
    : [];
}

function within(inner: Range, outer: Range, at: string): Fault[] {
  return [...holds(outer, inner.start, at), ...holds(outer, inner.end, at)];
}

function orderFaults({ start, end }: Range, at: string): Fault[] {
  return isBefore(end, start) ? [`${at}: ends before it starts`] : [];
}

/** Every range in a value. */
export function rangesIn(value: unknown, at: string): { range: Range; at: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { start, end } = value as Partial<Range>;
  if (start?.line !== undefined && end?.line !== undefined) return [{ range: value as Range, at }];
  return Object.entries(value).flatMap(([key, part]) => rangesIn(part, `${at}.${key}`));
}

function place({ line, character }: Position): string {
  return `${line}:${character}`;
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
