import type { Range } from './problem.ts';

/*
 * A request of the client to the language server, beside those of the language server protocol: which rows stand in a part
 * of a document, so that what a trained prompt answers can be shown beside them.
 */

/** Params `TaskRowsParams`, result `TaskRow[]`. */
export const TASK_ROWS_REQUEST = 'ptask/rows';

export interface TaskRowsParams {
  /** A task file, whose rows are its `examples`, or a data file that one names. */
  readonly textDocument: { readonly uri: string };
  /** Rows that touch it. */
  readonly range: Range;
}

/** A row of a task that has a template. It may have problems of its own. */
export interface TaskRow {
  readonly range: Range;
  /** Uri of the task file that the row belongs to; the first of several. */
  readonly taskFile: string;
  readonly taskname: string;
  readonly row: Readonly<Record<string, unknown>>;
}
