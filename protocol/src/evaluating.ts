import type { DeviceName } from './devices.ts';
import type { Answer, PromptState } from './predicting.ts';

// ── evaluate ─────────────────────────────────────────────────────────────────────────────────────────────────────────
export type Split = 'test' | 'validation';

/** The model without a trained prompt, with no, one or as many training rows in its prompt as fit. */
export type Baseline = 'zero' | 'one' | 'few';

/** `trained` is the trained prompt. */
export type Answerer = 'trained' | Baseline;

export interface EvaluateParams {
  readonly token: string;
  readonly file: string;
  /** All tasks of the file where it is empty. */
  readonly tasknames: readonly string[];
  readonly split: Split;
  readonly baselines: readonly Baseline[];
  readonly device?: DeviceName | 'auto';
}

export interface EvaluateResult {
  readonly tasks: readonly TaskEvaluation[];
}

export interface TaskEvaluation {
  readonly taskname: string;
  readonly split: Split;
  /** The files that the rows are from. */
  readonly files: readonly string[];
  readonly prompt: PromptState;
  /** Rows left out because they are too long for `max_seq_length`. */
  readonly skipped: number;
  /** Rows whose answer has more tokens than are generated, so that it is never right. */
  readonly unreachable: number;
  /** The commonest label of these rows and its share: the accuracy of always answering it. Undefined without labels. */
  readonly majority: { readonly label: string; readonly share: number } | undefined;
  /** The trained prompt first, where it is current; then the baselines in the order asked for. */
  readonly results: readonly EvaluationMetrics[];
  /** Why it could not be measured, for the user, while others of the request were; where none was, the request fails. */
  readonly problem?: string;
}

/** How one way of answering the rows did. */
export type EvaluationMetrics = (ClassificationMetrics | GeneratedMetrics) & {
  readonly answerer: Answerer;
  /** Training rows that were in the prompt; 0 for the trained prompt. */
  readonly shots: number;
};

export interface ExactMatch {
  readonly rows: number;
  readonly correct: number;
  /** correct / rows. */
  readonly accuracy: number;
  /** Between which shares the accuracy on more rows of the same kind lies, with 95 % confidence. */
  readonly accuracyInterval: readonly [number, number];
}

/** Of a task with labels. */
export interface ClassificationMetrics extends ExactMatch {
  /** Mean F1 of the labels that some row has as its answer; a label that is only predicted lowers the others' precision. */
  readonly macroF1: number;
  /** Every label of the task, in its order, those without rows included. */
  readonly labels: readonly LabelMetrics[];
  readonly confusion: ConfusionMatrix;
}

/** Of a task without labels, whose answers are right character for character; they are seldom so as a whole. */
export interface GeneratedMetrics extends ExactMatch {
  /** Where the rows' answers are all written as slots. */
  readonly slots: SlotMetrics | undefined;
  /** Elsewhere: the mean over rows of the F1 of the words that an answer and the row's own have in common. */
  readonly wordF1: number | undefined;
  /** Answers that were cut (`Answer.cut`). */
  readonly cut: number;
}

/**
 * How well intents and slots were told. A slot is right where name and value are those of one of the row's own slots, each of which
 * is counted once; so these are micro-averages over all slots of all rows.
 */
export interface SlotMetrics extends SlotCounts {
  /** Share of the rows whose intent is right. */
  readonly intentAccuracy: number;
  /** Every name that a row's own answer has, the commonest first. */
  readonly names: readonly SlotNameMetrics[];
}

export interface SlotNameMetrics extends SlotCounts {
  readonly name: string;
}

export interface SlotCounts {
  /** Slots of the rows' own answers. */
  readonly expected: number;
  /** Slots that were answered; what stands in the place of one and is none counts. */
  readonly predicted: number;
  readonly correct: number;
  /** correct / predicted; 0 where none was answered. */
  readonly precision: number;
  /** correct / expected. */
  readonly recall: number;
  /** 2 correct / (expected + predicted), the harmonic mean of both. */
  readonly f1: number;
}

export interface LabelMetrics {
  readonly label: string;
  /** Rows with this answer. */
  readonly rows: number;
  /** Rows for which it was predicted. */
  readonly predicted: number;
  readonly correct: number;
  /** correct / predicted; 0 where it was never predicted. */
  readonly precision: number;
  /** correct / rows; 0 where no row has it. */
  readonly recall: number;
  /** 2 correct / (rows + predicted), the harmonic mean of both; 0 where neither occurs. */
  readonly f1: number;
}

export interface ConfusionMatrix {
  readonly labels: readonly string[];
  /** [answer][prediction], both in the order of `labels`; the last column counts predictions that are none of them. */
  readonly counts: readonly (readonly number[])[];
}

export interface EvaluatedParams {
  readonly token: string;
  readonly taskname: string;
  readonly answerer: Answerer;
  /** Rows of this task and answerer that are done, these included. */
  readonly done: number;
  readonly total: number;
  readonly rows: readonly EvaluatedRow[];
}

export interface EvaluatedRow {
  readonly file: string;
  /** From 0. */
  readonly line: number;
  /** The row in its template up to the answer, without virtual tokens. */
  readonly text: string;
  /** The row's answer; for a task with labels, the label that it is a form of. */
  readonly expected: string;
  /** Undefined where the row is too long. */
  readonly answer: Answer | undefined;
  readonly right: boolean;
}
