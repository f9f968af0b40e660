import {
  CodeActionKind,
  type FileOperationRegistrationOptions,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import type { ClientSupport } from './client-support.ts';
import { FIX_ALL } from './service/code-actions.ts';
import { SEMANTIC_TOKENS_LEGEND } from './service/semantic-tokens.ts';

/** A folder takes its files along without naming them. Files are watched. */
const FOLDERS: FileOperationRegistrationOptions = {
  filters: [{ scheme: 'file', pattern: { glob: '**', matches: 'folder' } }],
};

/** What an editor is offered. */
export function serverCapabilities(client: ClientSupport): ServerCapabilities {
  return {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    ...(client.pullsDiagnostics && {
      diagnosticProvider: { identifier: 'ptask', interFileDependencies: true, workspaceDiagnostics: true },
    }),
    ...(client.codeActions && {
      codeActionProvider: {
        codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL],
        resolveProvider: client.resolvesEdits,
      },
    }),
    completionProvider: { triggerCharacters: ['{', '<', '"', ':', '/', '_'] },
    hoverProvider: true,
    definitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: client.prepareRename ? { prepareProvider: true } : true,
    documentSymbolProvider: true,
    documentLinkProvider: {},
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    semanticTokensProvider: { legend: SEMANTIC_TOKENS_LEGEND, full: true, range: true },
    inlayHintProvider: true,
    codeLensProvider: {},
    workspace: {
      ...(client.workspaceFolders && { workspaceFolders: { supported: true, changeNotifications: true } }),
      ...((client.tellsRenames || client.tellsDeletions) && {
        fileOperations: {
          ...(client.tellsRenames && { didRename: FOLDERS }),
          ...(client.tellsDeletions && { didDelete: FOLDERS }),
        },
      }),
    },
  };
}
