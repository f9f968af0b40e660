import type { ClientCapabilities } from 'vscode-languageserver/node';

/** What an editor can do, as far as it decides what it is offered and how it is answered. */
export interface ClientSupport {
  /**
   * Whether it asks for diagnostics itself, and can be told to ask again. One that cannot be told would never show what the
   * background check finds, so it is sent diagnostics like an editor that does not ask.
   */
  readonly pullsDiagnostics: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly codeActions: boolean;
  /** Whether it asks for the edit of a code action only when that is chosen. */
  readonly resolvesEdits: boolean;
  readonly documentSymbols: boolean;
  readonly definitionLinks: boolean;
  readonly prepareRename: boolean;
  readonly snippets: boolean;
  readonly markdownHover: boolean;
  readonly markdownCompletion: boolean;
  /** Commands that it carries out. */
  readonly commands: ReadonlySet<string>;
  readonly workspaceFolders: boolean;
  readonly watchesFiles: boolean;
  /** Of those that are not in the workspace. */
  readonly watchesFilesOutside: boolean;
  readonly tellsFolderOperations: boolean;
  /** What it can be told to ask for again. */
  readonly refreshes: Readonly<Record<Refreshable, boolean>>;
}

/** The options may be those of another server, by a user's mistake. */
export interface ClientParams {
  readonly capabilities: ClientCapabilities;
  readonly initializationOptions?: unknown;
}

export type Refreshable = 'diagnostics' | 'codeLens' | 'inlayHint';

export function clientSupport({ capabilities, initializationOptions }: ClientParams): ClientSupport {
  const { textDocument, workspace } = capabilities;
  const diagnostics = textDocument?.publishDiagnostics;
  const pull = textDocument?.diagnostic;
  const refreshesDiagnostics = workspace?.diagnostics?.refreshSupport === true;
  return {
    pullsDiagnostics: pull !== undefined && refreshesDiagnostics,
    relatedInformation: (pull?.relatedInformation ?? diagnostics?.relatedInformation) === true,
    codeDescription: (pull?.codeDescriptionSupport ?? diagnostics?.codeDescriptionSupport) === true,
    codeActions: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    resolvesEdits:
      textDocument?.codeAction?.dataSupport === true &&
      textDocument.codeAction.resolveSupport?.properties.includes('edit') === true,
    documentSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    definitionLinks: textDocument?.definition?.linkSupport === true,
    prepareRename: textDocument?.rename?.prepareSupport === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    markdownHover: textDocument?.hover?.contentFormat?.includes('markdown') ?? true,
    markdownCompletion: textDocument?.completion?.completionItem?.documentationFormat?.includes('markdown') ?? true,
    commands: new Set(commandsOf(initializationOptions)),
    workspaceFolders: workspace?.workspaceFolders === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    watchesFilesOutside:
      workspace?.didChangeWatchedFiles?.dynamicRegistration === true &&
      workspace.didChangeWatchedFiles.relativePatternSupport === true,
    tellsFolderOperations: workspace?.fileOperations?.didRename === true,
    refreshes: {
      diagnostics: refreshesDiagnostics,
      codeLens: workspace?.codeLens?.refreshSupport === true,
      inlayHint: workspace?.inlayHint?.refreshSupport === true,
    },
  };
}

function commandsOf(options: unknown): string[] {
  const { commands }: { commands?: unknown } = typeof options === 'object' && options !== null ? options : {};
  return Array.isArray(commands) ? commands.filter((command) => typeof command === 'string') : [];
}
