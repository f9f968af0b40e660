/*
 * Requests of the client to the language server for **New Task File**: what data say of the task that they are for, their rows as
 * a data file has them, and the text of a task file. The server reads and proposes; the client asks the user, and writes.
 */

/** Params `ProposeTaskFileParams`, result `TaskFileProposal` or `DataAtFault`. It reads all of the data, and can be cancelled. */
export const PROPOSE_TASK_FILE_REQUEST = 'ptask/proposeTaskFile';

export interface ProposeTaskFileParams {
  /** Uris: lines of JSON, tables in CSV or TSV, or lists in JSON. */
  readonly files: readonly string[];
  /** The field that is the answer, where the user has said so. */
  readonly answerField?: string;
}

/** What the rows of some data files say of the task that they are for. */
export interface TaskFileProposal {
  /** The commonest; left out where rows name none. */
  readonly taskname?: string;
  /** Fields with text, in the order in which they stand, the answer not among them. */
  readonly fields: readonly string[];
  /** Fields with text that are not proposed, since it is nothing but numbers or dates. */
  readonly otherFields: readonly string[];
  readonly answerField: string;
  /** Fields with numbers or truth values that are the answer, or may be. */
  readonly numberFields: readonly string[];
  /** The answers, where they look like labels. */
  readonly labels?: readonly string[];
  /** The field whose texts are longest, which is cut where a row is too long. */
  readonly longestField?: string;
  /** That of the texts, such as `sv`; left out where nothing speaks for any. */
  readonly language?: string;
  /** Which of the files, by their places, are no lines of JSON in UTF-8, called `.jsonl`, so that they are no data files as they are. */
  readonly unlike: readonly number[];
}

/** Why nothing can be proposed, in words. */
export interface DataAtFault {
  readonly problem: string;
}

/**
 * Params `ReadyRowsParams`, result `ReadyRowsResult`. The rows come meanwhile, as progress of `partialResultToken`: texts of whole
 * lines, which together are the copy. It can be cancelled.
 */
export const READY_ROWS_REQUEST = 'ptask/readyRows';

export interface ReadyRowsParams {
  /** Uri. */
  readonly file: string;
  readonly taskname: string;
  readonly fields: readonly string[];
  readonly answerField: string;
  readonly partialResultToken: string | number;
}

export interface ReadyRowsResult {
  /** What the copy is called, without `.jsonl`. */
  readonly name: string;
  /** What was left out, and what is to be known besides; sentences. */
  readonly notes: readonly string[];
}

/** Params `TaskFileTextParams`, result `TaskFileTextResult`. */
export const TASK_FILE_TEXT_REQUEST = 'ptask/taskFileText';

export interface TaskFileTextParams {
  readonly taskname: string;
  readonly proposal: TaskFileProposal;
  /** Uris of the data, by whose names it is told which are for validation and test, and of the rows that are made of each. */
  readonly files: readonly { readonly data: string; readonly rows: string }[];
  /** The language where the texts tell none. */
  readonly language: string;
}

export interface TaskFileTextResult {
  /** What the task file is called, without `.ptask.json`. Its folder is that of the first rows. */
  readonly name: string;
  readonly text: string;
}
