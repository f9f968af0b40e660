import { type Disposable, type Event, EventEmitter, Uri, window, workspace } from 'vscode';
import type { TaskRow } from '../../../protocol/src/rows.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import { later } from '../later.ts';
import { RecentFiles } from '../recent-files.ts';
import type { RunQueue } from '../runs/run-queue.ts';
import { isTaskFile } from '../task-files.ts';
import { unsavedText } from './documents.ts';
import { PredictionStore, type RowQuestion } from './prediction-store.ts';

export const PROMPT_TABLES = '**/*.prompts.safetensors';

/** After a keystroke in a task file, so long is waited before its prompts are looked at anew. */
const TYPING_MS = 500;

/** What trained prompts answer to the rows of documents, and which task file's: the same beside a row and over it. */
export interface RowAnswers extends Disposable {
  readonly store: PredictionStore;
  /** When there is something new to show. */
  readonly news: Event<void>;
  /** Of the task files that a row belongs to, the one that was in the editor last is preferred. */
  questionOf(row: TaskRow): RowQuestion;
}

export function rowAnswers(engine: PredictionEngine, queue: RunQueue): RowAnswers {
  const news = new EventEmitter<void>();
  const store = new PredictionStore(
    {
      predict: (params, predicted, signal) => engine.request('predict', params, { signal, listen: { predicted } }),
      unsavedText,
    },
    () => news.fire(),
  );
  const recent = new RecentFiles();
  const look = (editor = window.activeTextEditor) => {
    if (editor && isTaskFile(editor.document) && recent.used(editor.document.uri.fsPath)) news.fire();
  };
  look();
  const disposables = [
    news,
    store,
    ...expireWithPrompts(store, engine, queue),
    window.onDidChangeActiveTextEditor((editor) => look(editor)),
  ];
  return {
    store,
    news: news.event,
    questionOf: ({ taskFiles, taskname, row }) => ({
      files: recent.sorted(taskFiles.map((uri) => Uri.parse(uri).fsPath)),
      taskname,
      row,
    }),
    dispose() {
      for (const disposable of disposables) disposable.dispose();
    },
  };
}

/** Whatever may have changed a prompt. */
function expireWithPrompts(store: PredictionStore, engine: PredictionEngine, queue: RunQueue): { dispose(): void }[] {
  const tables = workspace.createFileSystemWatcher(PROMPT_TABLES);
  const typed = later(TYPING_MS, () => store.expire());
  return [
    tables,
    typed,
    ...[tables.onDidCreate, tables.onDidChange, tables.onDidDelete].map((event) => event(() => store.expire())),
    engine.onAskAnew(() => store.expire()),
    queue.listen(({ end }) => {
      if (end) store.expire();
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (isTaskFile(document)) typed.soon();
    }),
  ];
}
