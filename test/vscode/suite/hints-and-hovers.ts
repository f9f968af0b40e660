import * as vscode from 'vscode';
import { find } from './editor.ts';

/** What stands beside the rows of a document as their predictions. */
export async function hints(document: vscode.TextDocument): Promise<string[]> {
  const range = new vscode.Range(0, 0, document.lineCount, 0);
  const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    range,
  );
  return found
    .map(({ label }) => (typeof label === 'string' ? label : label.map(({ value }) => value).join('')))
    .map((label) => label.replaceAll('\u00a0', ' ').trimEnd())
    .filter((label) => label.startsWith('→'));
}

/** What is shown over a text of a document. */
export async function hover(document: vscode.TextDocument, text: string): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    find(document, text).start.translate(0, 2),
  );
  return hovers
    .flatMap(({ contents }) => contents.map((content) => (content as vscode.MarkdownString).value))
    .join('\n\n');
}
