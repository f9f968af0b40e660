import type { Range } from './problem.ts';

/*
 * Requests of the client to the language server, beside those of the language server protocol: which rows and templates
 * stand in a document, so that what a trained prompt answers can be shown there.
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
  /** Uris of the task files that name it, or hold it, and have a template for its task. */
  readonly taskFiles: readonly string[];
  readonly taskname: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Params `TaskTemplatesParams`, result `TaskTemplateOutline[]`. */
export const TASK_TEMPLATES_REQUEST = 'ptask/templates';

export interface TaskTemplatesParams {
  /** A task file. */
  readonly textDocument: { readonly uri: string };
}

/** The template of a task, the first of that name. */
export interface TaskTemplateOutline {
  readonly taskname: string;
  /** The fields of a row that are asked for, without the answer; each once, in order. */
  readonly fields: readonly string[];
  readonly answerField: string | undefined;
  /** The `<|VIRTUAL_PROMPT_n|>`, in the order in which they stand. */
  readonly markers: readonly Range[];
}

/**
 * Params `TaskPathsParams`, result `string[]`: the model, prompt table (named or not) and data files of a task file, as they are
 * written there. Null where the server does not know the task file.
 */
export const TASK_PATHS_REQUEST = 'ptask/paths';

/** What a task file names outside itself is asked for before an engine is told of the file. */
export interface TaskPathsParams {
  /** A task file. */
  readonly textDocument: { readonly uri: string };
}

/**
 * Notification, params `PathsAllowedParams`: paths that the user has allowed to be used. On Windows the server asks other machines
 * (`\\\\host\\share`) for nothing but where the editor has opened a file or folder, or such a path leads.
 */
export const PATHS_ALLOWED = 'ptask/pathsAllowed';

export interface PathsAllowedParams {
  /** Absolute; those of earlier notifications stay allowed. */
  readonly paths: readonly string[];
}
