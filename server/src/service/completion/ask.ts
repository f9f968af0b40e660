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
}
