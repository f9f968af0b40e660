import type { Connection } from 'vscode-languageserver/node';
import type { LanguageService } from './service/language-service.ts';
import { filePath } from './uris.ts';

/**
 * Hands the texts of open files, and their changes, to the language service.
 *
 * @param onWritten called where a file may be another one on disk than before
 */
export function syncDocuments(
  connection: Connection,
  service: LanguageService,
  onWritten: (uri: string) => void,
): void {
  connection.onDidOpenTextDocument(({ textDocument: { uri, text } }) => {
    // Such as a file's text of some commit; what is not open is not changed or closed either.
    if (filePath(uri) !== undefined) service.openDocument(uri, text);
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri }, contentChanges }) => {
    service.editDocument(uri, contentChanges);
  });
  connection.onDidSaveTextDocument(({ textDocument: { uri } }) => onWritten(uri));
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    service.closeDocument(uri);
    onWritten(uri);
  });
}
