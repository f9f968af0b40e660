import type { DeviceName } from './devices.ts';

/** A task file as the client sees it. */
export interface TaskFileReference {
  /** Absolute path. */
  readonly file: string;
  /** The text in the editor, where it is not saved; left out for the file on disk. */
  readonly text?: string;
  /** What answers are computed on; the fastest that works where it is left out. */
  readonly device?: DeviceName | 'auto';
}

/** A row as it stands in a data file or in `examples`. */
export type DataRow = Readonly<Record<string, unknown>>;
