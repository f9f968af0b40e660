import type {
  ClientCapabilities,
  CodeAction,
  CodeLens,
  CompletionItem,
  CompletionList,
  Diagnostic,
  DocumentLink,
  DocumentSymbol,
  FileSystemWatcher,
  FoldingRange,
  Hover,
  InitializeResult,
  InlayHint,
  Location,
  LocationLink,
  MarkupContent,
  Registration,
  SymbolInformation,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { InitializationOptions } from '../../../protocol/src/commands.ts';
import type { Fault } from './declared-types.ts';

/* What a server may send only to an editor that has said that it takes it. */

export interface Announced {
  readonly capabilities: ClientCapabilities;
  readonly options?: InitializationOptions;
}

type TextDocument = NonNullable<ClientCapabilities['textDocument']>;

/** @param at how the message is called in what is said of it */
export function unannouncedInAnswer(method: string, answer: unknown, at: string, client: Announced): Fault[] {
  if (answer === null || answer === undefined) return [];
  return IN_ANSWER[method]?.(answer, at, client) ?? [];
}

/** Of what a server asks or tells on its own account. */
export function unannouncedMessage(method: string, params: unknown, at: string, client: Announced): Fault[] {
  const ofIt = ON_ITS_OWN[method];
  return ofIt === undefined ? unless(false, at, 'it') : ofIt(params, at, client);
}

type Check = (value: unknown, at: string, client: Announced) => Fault[];

const IN_ANSWER: Readonly<Record<string, Check>> = {
  initialize: (answer, at, client) => offerFaults(answer as InitializeResult, at, client),
  'textDocument/hover': (answer, at, { capabilities: { textDocument } }) =>
    markupFaults((answer as Hover).contents as MarkupContent, at, textDocument?.hover?.contentFormat),
  'textDocument/completion': (answer, at, { capabilities: { textDocument } }) => {
    const list = answer as CompletionItem[] | CompletionList;
    const items = Array.isArray(list) ? list : list.items;
    const defaults = Array.isArray(list) ? {} : (list.itemDefaults ?? {});
    const taken = textDocument?.completion?.completionList?.itemDefaults ?? [];
    return [
      ...Object.keys(defaults).flatMap((key) => unless(taken.includes(key), at, `itemDefaults.${key}`)),
      ...items.flatMap((item) => itemFaults(item, `${at} ${item.label}`, textDocument ?? {})),
    ];
  },
  'textDocument/definition': (answer, at, { capabilities: { textDocument } }) =>
    (answer as (Location | LocationLink)[]).flatMap((place) =>
      unless(textDocument?.definition?.linkSupport === true || 'uri' in place, at, 'a link'),
    ),
  'textDocument/documentSymbol': (answer, at, { capabilities: { textDocument } }) =>
    (answer as (DocumentSymbol | SymbolInformation)[]).flatMap((symbol) =>
      symbolFaults(symbol, `${at} ${symbol.name}`, textDocument ?? {}),
    ),
  'textDocument/prepareRename': (answer, at, { capabilities: { textDocument } }) => [
    ...unless(textDocument?.rename?.prepareSupport === true, at, 'what is renamed'),
    ...unless(
      textDocument?.rename?.prepareSupportDefaultBehavior !== undefined || !('defaultBehavior' in (answer as object)),
      at,
      'the usual',
    ),
  ],
  'textDocument/rename': (answer, at, client) => workspaceEditFaults(answer as WorkspaceEdit, at, client),
  'textDocument/documentLink': (answer, at, { capabilities: { textDocument } }) =>
    (answer as DocumentLink[]).flatMap(({ tooltip }) =>
      unless(textDocument?.documentLink?.tooltipSupport === true || tooltip === undefined, at, 'a tooltip'),
    ),
  'textDocument/foldingRange': (answer, at, { capabilities: { textDocument } }) => {
    const takesTexts = textDocument?.foldingRange?.foldingRange?.collapsedText === true;
    return (answer as FoldingRange[]).flatMap(({ collapsedText }) =>
      unless(takesTexts || collapsedText === undefined, at, 'a text for what is folded'),
    );
  },
  'textDocument/inlayHint': (answer, at, { capabilities: { textDocument } }) => {
    const isResolved = textDocument?.inlayHint?.resolveSupport !== undefined;
    return (answer as InlayHint[]).flatMap(({ data }) => unless(isResolved || data === undefined, at, 'data'));
  },
  'textDocument/codeLens': (answer, at, client) =>
    (answer as CodeLens[]).flatMap(({ command }) => commandFaults(command?.command ?? '', at, client)),
  'textDocument/codeAction': (answer, at, client) =>
    (answer as CodeAction[]).flatMap((action) => actionFaults(action, `${at} ${action.title}`, client)),
  'codeAction/resolve': (answer, at, client) => actionFaults(answer as CodeAction, at, client),
  'textDocument/diagnostic': (answer, at, { capabilities: { textDocument } }) => {
    const { items = [], ...report } = answer as { items?: Diagnostic[]; relatedDocuments?: object };
    const { diagnostic, publishDiagnostics } = textDocument ?? {};
    return [
      ...unless(diagnostic !== undefined, at, 'a report'),
      ...unless(diagnostic?.relatedDocumentSupport === true || !('relatedDocuments' in report), at, 'others'),
      // Before 3.18 editors said of diagnostics of all sorts what they say of those that are sent.
      ...items.flatMap((one) => diagnosticFaults(one, at, { ...publishDiagnostics, ...diagnostic })),
    ];
  },
};

const ON_ITS_OWN: Readonly<Record<string, Check>> = {
  'window/logMessage': () => [],
  'window/showMessage': () => [],
  'textDocument/publishDiagnostics': (params, at, { capabilities: { textDocument } }) => {
    const { diagnostics, version } = params as { diagnostics: Diagnostic[]; version?: number };
    const said = textDocument?.publishDiagnostics ?? {};
    return [
      ...unless(said.versionSupport === true || version === undefined, at, 'a version'),
      ...diagnostics.flatMap((one) => diagnosticFaults(one, at, said)),
    ];
  },
  'client/registerCapability': (params, at, client) =>
    (params as { registrations: Registration[] }).registrations.flatMap(({ method, registerOptions }) =>
      registrationFaults(method, registerOptions, at, client),
    ),
  // Only what was registered is given up.
  'client/unregisterCapability': () => [],
  'workspace/diagnostic/refresh': (_, at, { capabilities: { workspace } }) =>
    unless(workspace?.diagnostics?.refreshSupport === true, at, 'it'),
  'workspace/inlayHint/refresh': (_, at, { capabilities: { workspace } }) =>
    unless(workspace?.inlayHint?.refreshSupport === true, at, 'it'),
  'workspace/codeLens/refresh': (_, at, { capabilities: { workspace } }) =>
    unless(workspace?.codeLens?.refreshSupport === true, at, 'it'),
};

function unless(isAnnounced: boolean, at: string, what: string): Fault[] {
  return isAnnounced ? [] : [`${at}: the editor has not said to take ${what}`];
}

/** What an editor knows that names no kinds: those of the protocol's first version. One that names some takes any. */
const FIRST_KINDS = 18;

function itemFaults(item: CompletionItem, at: string, { completion, hover }: TextDocument): Fault[] {
  const said = completion?.completionItem ?? {};
  const kinds = completion?.completionItemKind?.valueSet;
  const { kind = 1, insertTextMode, textEdit } = item;
  // Emacs says it of hovers alone.
  const formats = said.documentationFormat ?? hover?.contentFormat;
  return [
    ...unless(kinds !== undefined || kind <= FIRST_KINDS, at, `the kind ${kind}`),
    ...unless(said.snippetSupport === true || item.insertTextFormat !== 2, at, 'a snippet'),
    ...unless(said.commitCharactersSupport === true || item.commitCharacters === undefined, at, 'commitCharacters'),
    ...unless(said.deprecatedSupport === true || item.deprecated === undefined, at, 'deprecated'),
    ...unless(said.preselectSupport === true || item.preselect === undefined, at, 'preselect'),
    ...unless(said.tagSupport !== undefined || item.tags === undefined, at, 'tags'),
    ...unless(said.labelDetailsSupport === true || item.labelDetails === undefined, at, 'labelDetails'),
    ...unless(said.insertReplaceSupport === true || !('insert' in (textEdit ?? {})), at, 'two ranges'),
    ...unless(insertTextMode === undefined || said.insertTextModeSupport !== undefined, at, 'insertTextMode'),
    ...(typeof item.documentation === 'object' ? markupFaults(item.documentation, at, formats) : []),
  ];
}

function symbolFaults(symbol: DocumentSymbol | SymbolInformation, at: string, client: TextDocument): Fault[] {
  const said = client.documentSymbol ?? {};
  const kinds = said.symbolKind?.valueSet;
  const isNested = 'range' in symbol;
  return [
    ...unless(said.hierarchicalDocumentSymbolSupport === true || !isNested, at, 'a tree'),
    ...unless(kinds !== undefined || symbol.kind <= FIRST_KINDS, at, `the kind ${symbol.kind}`),
    ...unless(said.tagSupport !== undefined || symbol.tags === undefined, at, 'tags'),
    ...(isNested ? (symbol.children ?? []).flatMap((child) => symbolFaults(child, at, client)) : []),
  ];
}

function diagnosticFaults(
  { code, codeDescription, data, message, relatedInformation, tags }: Diagnostic,
  at: string,
  said: NonNullable<TextDocument['diagnostic']>,
): Fault[] {
  const where = `${at} ${code}`;
  return [
    ...unless(said.relatedInformation === true || relatedInformation === undefined, where, 'what it relates to'),
    ...unless(said.codeDescriptionSupport === true || codeDescription === undefined, where, 'a link'),
    ...unless(said.dataSupport === true || data === undefined, where, 'data'),
    ...unless(tags?.every((tag) => said.tagSupport?.valueSet.includes(tag)) ?? true, where, 'tags'),
    ...unless(said.markupMessageSupport === true || typeof message === 'string', where, 'Markdown'),
  ];
}

function actionFaults(action: CodeAction, at: string, client: Announced): Fault[] {
  const { codeAction, diagnostic, publishDiagnostics } = client.capabilities.textDocument ?? {};
  const { edit, command, diagnostics = [], data, disabled, isPreferred, kind } = action;
  const resolved = codeAction?.resolveSupport?.properties ?? [];
  return [
    ...unless(codeAction?.codeActionLiteralSupport !== undefined, at, 'an action'),
    ...unless(codeAction?.isPreferredSupport === true || isPreferred === undefined, at, 'isPreferred'),
    ...unless(codeAction?.disabledSupport === true || disabled === undefined, at, 'disabled'),
    ...unless(codeAction?.dataSupport === true || data === undefined, at, 'data'),
    ...unless(edit !== undefined || command !== undefined || resolved.includes('edit'), at, 'an edit to come'),
    ...unless(kind !== undefined, at, 'an action of no kind'),
    ...(edit === undefined ? [] : workspaceEditFaults(edit, at, client)),
    ...(command === undefined ? [] : commandFaults(command.command, at, client)),
    ...diagnostics.flatMap((one) => diagnosticFaults(one, at, { ...publishDiagnostics, ...diagnostic })),
  ];
}

function workspaceEditFaults(edit: WorkspaceEdit, at: string, { capabilities: { workspace } }: Announced): Fault[] {
  const said = workspace?.workspaceEdit ?? {};
  return [
    ...unless(edit.changes !== undefined || said.documentChanges === true, at, 'documentChanges'),
    ...unless(edit.changeAnnotations === undefined || said.changeAnnotationSupport !== undefined, at, 'annotations'),
    ...(edit.documentChanges ?? []).flatMap((change) => {
      const isOfFile = 'kind' in change;
      return unless(!isOfFile || said.resourceOperations?.includes(change.kind) === true, at, 'operations on files');
    }),
    ...unless(edit.documentChanges === undefined || said.documentChanges === true, at, 'documentChanges'),
  ];
}

/** The server carries out no command, so it names only those that the editor has of its own. An empty one is text. */
function commandFaults(command: string, at: string, { options }: Announced): Fault[] {
  const commands: readonly string[] = options?.commands ?? [];
  return unless(command === '' || commands.includes(command), at, `the command ${command}`);
}

function markupFaults(content: string | MarkupContent, at: string, formats: readonly string[] | undefined): Fault[] {
  const kind = typeof content === 'string' ? 'plaintext' : content.kind;
  return unless(kind === 'plaintext' || formats?.includes(kind) === true, at, kind);
}

function registrationFaults(
  method: string,
  options: { watchers?: FileSystemWatcher[] } | undefined,
  at: string,
  { capabilities: { workspace } }: Announced,
): Fault[] {
  const said = workspace?.didChangeWatchedFiles;
  const isRelative = options?.watchers?.some(({ globPattern }) => typeof globPattern === 'object') ?? false;
  return [
    ...unless(method === 'workspace/didChangeWatchedFiles' && said?.dynamicRegistration === true, at, method),
    ...unless(!isRelative || said?.relativePatternSupport === true, at, 'a pattern in a folder'),
  ];
}

/** What the server says of itself. */
function offerFaults({ capabilities: offer }: InitializeResult, at: string, { capabilities }: Announced): Fault[] {
  const { general, textDocument, workspace } = capabilities;
  const encodings = ['utf-16', ...(general?.positionEncodings ?? [])];
  const operations: Readonly<Record<string, unknown>> = { ...workspace?.fileOperations };
  return [
    ...unless(encodings.includes(offer.positionEncoding ?? 'utf-16'), at, `places in ${offer.positionEncoding}`),
    ...unless(
      textDocument?.codeAction?.codeActionLiteralSupport !== undefined || typeof offer.codeActionProvider !== 'object',
      at,
      'options of actions',
    ),
    ...unless(
      textDocument?.rename?.prepareSupport === true || typeof offer.renameProvider !== 'object',
      at,
      'options of renaming',
    ),
    ...unless(textDocument?.diagnostic !== undefined || offer.diagnosticProvider === undefined, at, 'diagnostics'),
    ...unless(workspace?.workspaceFolders === true || offer.workspace?.workspaceFolders === undefined, at, 'folders'),
    ...Object.keys(offer.workspace?.fileOperations ?? {}).flatMap((operation) =>
      unless(operations[operation] === true, at, operation),
    ),
  ];
}
