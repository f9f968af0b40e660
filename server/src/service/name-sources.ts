import type { TaskContext } from '../../../task/src/context.ts';
import type { CheckEnvironment, PromptTableFacts } from '../../../task/src/environment.ts';
import type { OpenLines } from './data-lines.ts';

/** The texts and task files that names are looked for in. */
export interface NameSources {
  /** For data files that no editor has open. */
  readonly environment: Pick<CheckEnvironment, 'readFile' | 'resolvePath'>;
  /** A data file that an editor has open, which counts in place of the disk's; another object after each change. */
  openLines(path: string): OpenLines | undefined;
  /** Lets others have the thread. */
  breathe(): Promise<void>;
  /** All task files that are known, as they stand now. */
  contexts(): readonly TaskContext[];
  /** What a task file's prompt table holds, as far as it is known. */
  promptTable(taskFile: string): PromptTableFacts | undefined;
  toUri(path: string): string;
}
