import type { Diagnostic } from 'vscode-languageserver-types';
import type { ModelSummary } from '../../../model/src/model-summary.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Everything the language service needs from outside; it has no files, timers or connection of its own. */
export interface ServiceHost {
  /** Data files, models and prompt tables. The text of an open document is used in place of its file. */
  readonly environment: CheckEnvironment;
  /**
   * What a folder holds, for completing paths; empty for one that is not there or may not be read. It is asked for once and
   * again when `fileChanged` has named the folder or something in it.
   */
  listFolder(path: string): Promise<readonly FolderEntry[]>;
  /** The Hugging Face ids of models that this machine has, for completing `model`. */
  cachedModels?(): Promise<readonly string[]>;
  /** What a model is, for completing `model`; undefined for one that cannot be told. */
  modelSummary?(taskFile: string, model: string): Promise<ModelSummary | undefined>;
  /** The path that a document's uri means, in the form that `environment.resolvePath` gives. */
  toPath(uri: string): string;
  toUri(path: string): string;
  /**
   * Takes all diagnostics of a file, in place of those before; an empty list takes them away. It is called for task files
   * and for their data files, open or not, and only where something has changed.
   */
  publish(uri: string, diagnostics: Diagnostic[]): void;
  /**
   * Called when a full check of a task file has ended: what depends on its data, model or prompt table can be asked for anew.
   */
  onChecked?(): void;
  /** Waits before a full check, so that not every keystroke starts one. A check that is no longer wanted is given up after it. */
  pause(): Promise<void>;
  /**
   * Lets others have the thread, such as a request that waits: resolves when they have had their turn. It is called every
   * few milliseconds of work in the background.
   */
  breathe(): Promise<void>;
  /** Takes what the environment throws, which is a defect and no problem of the user's file. */
  onError(error: unknown): void;
}
