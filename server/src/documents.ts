import type { Connection } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { LanguageService } from './service/language-service.ts';
import { filePath } from './uris.ts';

/** Hands the texts of open files to the language service. */
export function syncDocuments(connection: Connection, service: LanguageService): void {
  const open = new Map<string, TextDocument>();
  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    // Such as a file's text of some commit.
    if (filePath(uri) === undefined) return;
    open.set(uri, TextDocument.create(uri, languageId, version, text));
    service.openDocument(uri, text);
  });

  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    const document = open.get(uri);
    if (document === undefined) return;
    TextDocument.update(document, contentChanges, version);
    service.changeDocument(uri, document.getText());
  });

  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    if (open.delete(uri)) service.closeDocument(uri);
  });
}
