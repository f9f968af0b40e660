import type { Connection } from 'vscode-languageserver/node';
import type { DiagnosticChannel } from './diagnostic-channel.ts';
import type { LanguageService } from './service/language-service.ts';
import { filePath } from './uris.ts';
import type { Workspace } from './workspace.ts';

/**
 * Hands the texts of open files, and their changes, to the language service.
 *
 * @param workspace is told of files that are opened, and of those that may be others on disk than before
 */
export function syncDocuments(
  connection: Connection,
  service: LanguageService,
  diagnostics: Pick<DiagnosticChannel, 'edit'>,
  workspace: Pick<Workspace, 'opened' | 'written'>,
): void {
  connection.onDidOpenTextDocument(({ textDocument: { uri, text } }) => {
    // Such as a file's text of some commit; what is not open is not changed or closed either.
    if (filePath(uri) === undefined) return;
    service.openDocument(uri, text);
    workspace.opened();
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri }, contentChanges }) => {
    diagnostics.edit(uri, () => service.editDocument(uri, contentChanges));
  });
  connection.onDidSaveTextDocument(({ textDocument: { uri } }) => {
    workspace.written(uri);
    service.documentSaved(uri);
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    service.closeDocument(uri);
    workspace.written(uri);
  });
}
