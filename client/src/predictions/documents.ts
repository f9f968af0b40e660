import { type DocumentSelector, type TextDocument, workspace } from 'vscode';
import { isTaskFile } from '../task-files.ts';

/** Documents that hold rows: task files and data files. */
export const ROW_DOCUMENTS: DocumentSelector = [
  { scheme: 'file', language: 'ptask' },
  { scheme: 'file', pattern: '**/*.jsonl' },
];

/** The text of a task file that is changed and not saved, as the engine would not find it on the disk. */
export function unsavedText(file: string): string | undefined {
  // An earlier version of the file, as a comparison shows it, has the same path.
  const document = workspace.textDocuments.find(
    (candidate) => isTaskFile(candidate) && candidate.uri.scheme === 'file' && candidate.uri.fsPath === file,
  );
  return document?.isDirty ? document.getText() : undefined;
}

/** A task file as the engine is told of it. */
export function taskFileOf(document: TextDocument): { readonly file: string; readonly text?: string } {
  const file = document.uri.fsPath;
  const text = unsavedText(file);
  return text === undefined ? { file } : { file, text };
}
