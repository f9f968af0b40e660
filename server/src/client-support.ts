import type { ClientCapabilities } from 'vscode-languageserver/node';
import type { InitializationOptions } from '../../protocol/src/commands.ts';

/** What an editor can do, as far as it decides what it is offered and how it is answered. */
export interface ClientSupport {
  /**
   * Whether it asks for diagnostics itself, and can be told to ask again. One that cannot be told would never show what the
   * background check finds, so it is sent diagnostics like an editor that does not ask. So is Neovim: told to ask again, it
   * asks (in 0.12) about the workspace, and leaves the files that are open as they were.
   */
  readonly pullsDiagnostics: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly codeActions: boolean;
  /** Whether it takes that one of several actions is the one to be preferred. */
  readonly preferredActions: boolean;
  /** Whether it asks for the edit of a code action only when that is chosen. */
  readonly resolvesEdits: boolean;
  /** Whether an outline's entries may hold others. */
  readonly nestedSymbols: boolean;
  /** Whether it takes symbols, and completion items, of all kinds. */
  readonly allSymbolKinds: boolean;
  readonly allItemKinds: boolean;
  readonly linkTooltips: boolean;
  readonly definitionLinks: boolean;
  readonly prepareRename: boolean;
  readonly snippets: boolean;
  readonly markdownHover: boolean;
  readonly markdownCompletion: boolean;
  /** Whether it draws texts from right to left where they are isolated, and shows none of the signs that do so. */
  readonly isolates: boolean;
  /** Commands that it carries out. */
  readonly commands: ReadonlySet<string>;
  readonly workspaceFolders: boolean;
  readonly watchesFiles: boolean;
  /** Whether it tells of all that happens to files, also of those that are not in the workspace. */
  readonly watchesFilesOutside: boolean;
  /** What it tells of folders. */
  readonly tellsRenames: boolean;
  readonly tellsDeletions: boolean;
  /** What it can be told to ask for again. */
  readonly refreshes: Readonly<Record<Refreshable, boolean>>;
}

/** The options may be those of another server, by a user's mistake. */
export interface ClientParams {
  readonly capabilities: ClientCapabilities;
  readonly initializationOptions?: unknown;
  readonly clientInfo?: { readonly name: string };
}

export type Refreshable = 'diagnostics' | 'codeLens' | 'inlayHint';

export function clientSupport({ capabilities, initializationOptions, clientInfo }: ClientParams): ClientSupport {
  const { textDocument, workspace } = capabilities;
  const diagnostics = textDocument?.publishDiagnostics;
  const hoverFormat = textDocument?.hover?.contentFormat;
  // Emacs says what it shows of hovers, and nothing of completions.
  const completionFormat = textDocument?.completion?.completionItem?.documentationFormat ?? hoverFormat;
  const pull = textDocument?.diagnostic;
  const refreshesDiagnostics = workspace?.diagnostics?.refreshSupport === true;
  return {
    pullsDiagnostics: pull !== undefined && refreshesDiagnostics && clientInfo?.name !== 'Neovim',
    relatedInformation: (pull?.relatedInformation ?? diagnostics?.relatedInformation) === true,
    codeDescription: (pull?.codeDescriptionSupport ?? diagnostics?.codeDescriptionSupport) === true,
    codeActions: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    preferredActions: textDocument?.codeAction?.isPreferredSupport === true,
    resolvesEdits:
      textDocument?.codeAction?.dataSupport === true &&
      textDocument.codeAction.resolveSupport?.properties.includes('edit') === true,
    nestedSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    allSymbolKinds: textDocument?.documentSymbol?.symbolKind?.valueSet !== undefined,
    allItemKinds: textDocument?.completion?.completionItemKind?.valueSet !== undefined,
    linkTooltips: textDocument?.documentLink?.tooltipSupport === true,
    definitionLinks: textDocument?.definition?.linkSupport === true,
    prepareRename: textDocument?.rename?.prepareSupport === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    markdownHover: hoverFormat?.includes('markdown') === true,
    markdownCompletion: completionFormat?.includes('markdown') === true,
    isolates: optionOf(initializationOptions, 'isolates') === true,
    commands: new Set(commandsOf(initializationOptions)),
    workspaceFolders: workspace?.workspaceFolders === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    watchesFilesOutside:
      workspace?.didChangeWatchedFiles?.dynamicRegistration === true &&
      workspace.didChangeWatchedFiles.relativePatternSupport === true &&
      // It says so, and tells only of what it saves itself.
      clientInfo?.name !== 'helix',
    tellsRenames: workspace?.fileOperations?.didRename === true,
    tellsDeletions: workspace?.fileOperations?.didDelete === true,
    refreshes: {
      diagnostics: refreshesDiagnostics,
      codeLens: workspace?.codeLens?.refreshSupport === true,
      inlayHint: workspace?.inlayHint?.refreshSupport === true,
    },
  };
}

function optionOf(options: unknown, name: keyof InitializationOptions): unknown {
  return typeof options === 'object' && options !== null ? (options as Record<string, unknown>)[name] : undefined;
}

function commandsOf(options: unknown): string[] {
  const commands = optionOf(options, 'commands');
  return Array.isArray(commands) ? commands.filter((command) => typeof command === 'string') : [];
}
