import type { DataRow, TaskFileReference } from './task-files.ts';

/**
 * Which request goes first: a row under the pointer before rows in view before everything else. A more urgent request
 * overtakes between two batches of rows.
 */
export type Urgency = 'hover' | 'visible' | 'background';

// ── predict ──────────────────────────────────────────────────────────────────────────────────────────────────────────
export interface PredictParams extends TaskFileReference {
  readonly token: string;
  readonly taskname: string;
  /** In the order in which they are wanted. */
  readonly rows: readonly DataRow[];
  /** Also what the model answers without a trained prompt. */
  readonly withUntrained: boolean;
  readonly urgency: Urgency;
}

export interface PredictResult {
  readonly prompt: PromptState;
  /** One for each row, in order. */
  readonly rows: readonly PredictedRow[];
}

export interface PredictedParams {
  readonly token: string;
  readonly prompt: PromptState;
  /** Number of the first of these rows in the request. */
  readonly from: number;
  readonly rows: readonly PredictedRow[];
}

/** Whether the task's trained prompt fits its template and model as they are now. */
export type PromptState =
  | {
      readonly state: 'current';
      /** Changes with anything that an answer depends on but the row: what a client may cache answers by. */
      readonly key: string;
      readonly trained: PromptTraining | undefined;
    }
  | {
      readonly state: 'stale';
      readonly key: string;
      /** What has changed since it was trained. */
      readonly changed: 'template' | 'model' | 'tokenizer' | 'chat-template';
      /** For the user: what has changed, and what to do. */
      readonly message: string;
      readonly trained: PromptTraining | undefined;
    }
  | { readonly state: 'untrained'; readonly key: string; readonly message: string };

/** How a prompt came about, as the prompt table records it. */
export interface PromptTraining {
  /** ISO 8601. */
  readonly date: string;
  readonly virtualTokens: number;
  readonly trainRows: number | undefined;
  readonly validationRows: number | undefined;
  /** On those validation rows. */
  readonly accuracy: number | undefined;
}

export interface PredictedRow {
  /** The row in its template up to the answer, without virtual tokens. */
  readonly text: string;
  /** The row's own answer; `label` is the label that it is a form of, or the answer itself for a task without labels. */
  readonly expected: { readonly text: string; readonly label: string | undefined } | undefined;
  /** The answer of the trained prompt; only where that is current. */
  readonly trained: Answer | undefined;
  /**
   * The answer of a stale prompt, computed with the template that it was trained with; only where the template alone has
   * changed and the row has its fields. It must be shown as what it is.
   */
  readonly stale: Answer | undefined;
  /** The answer of the model without a trained prompt; only where it was asked for. */
  readonly untrained: Answer | undefined;
  /** Why there is no answer, for the user: a missing field, or a row that is too long. */
  readonly problem: string | undefined;
}

export interface Answer {
  /** The most probable label, or the generated text. */
  readonly text: string;
  /** All labels, the most probable first; undefined for a task without labels. */
  readonly candidates: readonly Candidate[] | undefined;
  /** Whether the text ends because no more tokens are generated, and not where the model would have ended it. */
  readonly cut: boolean;
  /** Undefined where the row has no answer of its own. */
  readonly right: boolean | undefined;
}

export interface Candidate {
  readonly text: string;
  /** Of the task's labels, summing to 1. */
  readonly probability: number;
}

// ── nearestTokens ────────────────────────────────────────────────────────────────────────────────────────────────────
export interface NearestTokensParams extends TaskFileReference {
  readonly taskname: string;
  /** How many words for each virtual token. */
  readonly count: number;
}

export interface NearestTokensResult {
  readonly prompt: PromptState;
  /** One for each virtual token of the prompt, in order; empty where it is untrained or of another model. */
  readonly tokens: readonly VirtualTokenNeighbours[];
}

export interface VirtualTokenNeighbours {
  /** Number of the `<|VIRTUAL_PROMPT_n|>` that it belongs to, in the template that the prompt was trained with. */
  readonly marker: number;
  /** The nearest first. */
  readonly nearest: readonly NearToken[];
}

export interface NearToken {
  readonly id: number;
  /** As the tokeniser decodes it, blanks included; not every token is a word, or even whole characters. */
  readonly text: string;
  readonly cosine: number;
}
