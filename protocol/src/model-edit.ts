import type { Range } from './problem.ts';

/** A request of the client to the language server: how a task file is given another model. Params `ModelEditParams`, result `ModelEdit[]`. */
export const MODEL_EDIT_REQUEST = 'ptask/modelEdit';

export interface ModelEditParams {
  /** A task file. */
  readonly textDocument: { readonly uri: string };
  /** What its `model` is to be. */
  readonly model: string;
}

/** Edits of the document as it is now; none where it is too broken to tell. */
export interface ModelEdit {
  readonly range: Range;
  readonly newText: string;
}
