import type { ModelSummary } from '../../../../model/src/model-summary.ts';
import type { FolderEntry } from '../host.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Cursor } from './cursor.ts';

/** What offers are made from. */
export interface Ask {
  readonly knowledge: Knowledge;
  readonly cursor: Cursor;
  readonly paths: PathHost;
}

export interface PathHost {
  /** The path that a path in a task file means. */
  resolvePath(taskFile: string, path: string): string;
  listFolder(path: string): Promise<readonly FolderEntry[]>;
  /** Hugging Face ids. */
  cachedModels(): Promise<readonly string[]>;
  /** What a model is, as the task file would name it; undefined for one that cannot be used. */
  modelSummary(model: string): Promise<ModelSummary | undefined>;
}
