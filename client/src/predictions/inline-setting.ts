import { type Uri, workspace } from 'vscode';

/** The setting, below `ptask`. */
export const INLINE = 'predictions.inline';

/** Whether predictions are shown beside rows of a document, or of any where none is named. */
export function areWanted(document?: Uri): boolean {
  return workspace.isTrusted && workspace.getConfiguration('ptask', document).get(INLINE, true);
}
