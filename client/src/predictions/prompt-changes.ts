import { type Disposable, type Uri, workspace } from 'vscode';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import { later, settled } from '../later.ts';
import type { RunQueue } from '../runs/run-queue.ts';
import { isTaskFile, TASK_FILES } from '../task-files.ts';

/** Prompt tables, which may be called as one likes, and models. */
const TABLES = '**/*.safetensors';

/** After a keystroke in a task file, so long is waited before its prompts are looked at anew. */
const TYPING_MS = 500;
/** A model that is copied here is written to for minutes. So long nothing more is written before prompts are looked at anew. */
const WRITTEN_MS = 300;

/**
 * Tells when a prompt, or whether it can be asked, may have changed: in the editor, on disk, by a run or in the settings.
 * @param changed told which task file's, where it is only one's
 */
export function onPromptsChange(
  engine: Pick<PredictionEngine, 'onAskAnew'>,
  queue: RunQueue,
  changed: (file?: string) => void,
): { dispose(): void }[] {
  const typed = later(TYPING_MS, () => changed());
  const written = settled(WRITTEN_MS, () => changed());
  return [
    typed,
    written,
    ...watched(TABLES, (uri) => {
      // A run that goes on writes its checkpoints every few seconds.
      if (!uri.path.includes('/.ptask/')) written.soon();
    }),
    // One that is in no editor may change as well, as with another branch.
    ...watched(TASK_FILES, (uri) => changed(uri.fsPath)),
    engine.onAskAnew(() => changed()),
    queue.listen(({ end }) => {
      if (end) changed();
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (isTaskFile(document)) typed.soon();
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('ptask.device')) changed();
    }),
  ];
}

function watched(pattern: string, changed: (uri: Uri) => void): Disposable[] {
  const watcher = workspace.createFileSystemWatcher(pattern);
  const events = [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete];
  return [watcher, ...events.map((event) => event(changed))];
}
