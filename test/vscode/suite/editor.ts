import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Extension } from '../../../client/src/extension.ts';

export function workspacePath(...names: string[]): string {
  return path.join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, ...names);
}

export async function open(...names: string[]): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(workspacePath(...names));
  return vscode.window.showTextDocument(document, { preview: false });
}

/** The first place of a text in a document. */
export function find(document: vscode.TextDocument, text: string): vscode.Range {
  const at = document.getText().indexOf(text);
  assert.notEqual(at, -1, `${text} stands in ${document.fileName}`);
  return new vscode.Range(document.positionAt(at), document.positionAt(at + text.length));
}

/**
 * Asks again until there is an answer. What an extension shows comes when it is ready, without an event for it.
 * @throws what the last try threw, after `limit` milliseconds
 */
export async function eventually<T>(attempt: () => T | Promise<T>, limit = 15_000): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What the extension gives to its tests, once it is active. */
export async function extension(): Promise<Extension> {
  const found = vscode.extensions.getExtension<Extension>('ptask.ptask');
  assert.ok(found, 'the extension is there');
  return found.activate();
}
