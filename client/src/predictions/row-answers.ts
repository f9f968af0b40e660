import { type Disposable, type Event, EventEmitter, Uri, window } from 'vscode';
import type { TaskRow } from '../../../protocol/src/rows.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import { RecentFiles } from '../recent-files.ts';
import type { RunQueue } from '../runs/run-queue.ts';
import { isTaskFile } from '../task-files.ts';
import { unsavedText } from './documents.ts';
import { PredictionStore, type RowQuestion } from './prediction-store.ts';
import { onPromptsChange } from './prompt-changes.ts';

export const PROMPT_TABLES = '**/*.prompts.safetensors';

/** What trained prompts answer to the rows of documents, and which task file's: the same beside a row and over it. */
export interface RowAnswers extends Disposable {
  readonly store: PredictionStore;
  /** When there is something new to show. */
  readonly news: Event<void>;
  /** When the prompts of a task file, or of all, may be others than before. */
  readonly expired: Event<string | undefined>;
  /** Of the task files that a row belongs to, the one that was in the editor last is preferred. */
  questionOf(row: TaskRow): RowQuestion;
}

export function rowAnswers(engine: PredictionEngine, queue: RunQueue): RowAnswers {
  const news = new EventEmitter<void>();
  const expired = new EventEmitter<string | undefined>();
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
    expired,
    store,
    ...onPromptsChange(engine, queue, (file) => {
      store.expire(file);
      expired.fire(file);
    }),
    window.onDidChangeActiveTextEditor((editor) => look(editor)),
  ];
  return {
    store,
    news: news.event,
    expired: expired.event,
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
