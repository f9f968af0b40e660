import type { ClassificationMetrics, ExactMatch, LabelMetrics } from '../../../protocol/src/evaluating.ts';
import { labelForms, labelOf } from '../../../task/src/labels.ts';
import type { Labels } from '../../../task/src/types.ts';
import { sum } from '../vectors.ts';
import { comparable, fold } from './comparable.ts';

/** One row's answer and what was predicted for it. */
export interface Outcome {
  readonly truth: string;
  /** Undefined where the prediction is none of the answers. */
  readonly prediction: string | undefined;
}

/**
 * Measures the predictions of a classification task.
 * @param labels the task's answers, each once; a prediction outside them is wrong
 * @throws RangeError without rows, and at a row whose answer is not among the labels
 */
export function classificationMetrics(labels: readonly string[], outcomes: readonly Outcome[]): ClassificationMetrics {
  if (outcomes.length === 0) throw new RangeError('no rows to measure');
  const place = new Map(labels.map((label, i) => [label, i]));
  const counts = labels.map(() => new Array<number>(labels.length + 1).fill(0));
  for (const { truth, prediction } of outcomes) {
    const row = counts[place.get(truth) ?? -1];
    if (!row) throw new RangeError(`the answer ${JSON.stringify(truth)} is not one of the labels`);
    const column = prediction === undefined ? labels.length : (place.get(prediction) ?? labels.length);
    row[column]!++;
  }
  const perLabel = labels.map((label, i) => {
    const rows = sum(counts[i]!);
    const predicted = sum(counts.map((row) => row[i]!));
    const correct = counts[i]![i]!;
    return { label, rows, predicted, correct, ...rates(rows, predicted, correct) };
  });
  const correct = sum(perLabel.map((label) => label.correct));
  const occurring = perLabel.filter((label) => label.rows > 0);
  return {
    ...correctOf(outcomes.length, correct),
    macroF1: sum(occurring.map((label) => label.f1)) / occurring.length,
    labels: perLabel,
    confusion: { labels: [...labels], counts },
  };
}

/**
 * Precision correct / predicted, recall correct / expected and F1, their harmonic mean, 2 correct / (expected + predicted); each is 0
 * where it would be divided by nothing.
 */
export function rates(
  expected: number,
  predicted: number,
  correct: number,
): Pick<LabelMetrics, 'precision' | 'recall' | 'f1'> {
  return {
    precision: ratio(correct, predicted),
    recall: ratio(correct, expected),
    f1: ratio(2 * correct, expected + predicted),
  };
}

/**
 * The share of rows whose prediction is the answer, as `isSameAnswer` has it.
 * @throws RangeError without rows
 */
export function exactMatch(outcomes: readonly Outcome[]): ExactMatch {
  if (outcomes.length === 0) throw new RangeError('no rows to measure');
  const correct = outcomes.filter(({ truth, prediction }) => isSameAnswer(truth, prediction)).length;
  return correctOf(outcomes.length, correct);
}

function correctOf(rows: number, correct: number): ExactMatch {
  return { rows, correct, accuracy: correct / rows, accuracyInterval: wilsonInterval(correct, rows) };
}

/** Of a normal distribution, 95 % lies within so many standard deviations of its mean. */
const DEVIATIONS = 1.959963984540054;

/**
 * The score interval of a share with 95 % confidence (Wilson, 1927): all shares p from which the measured one is not further than
 * `DEVIATIONS` times its own deviation, √(p (1 − p) / rows). Unlike that around the measured share it stays within 0 and 1, and says
 * something of few rows, and of rows that are all right.
 */
export function wilsonInterval(correct: number, rows: number): [number, number] {
  const share = correct / rows;
  const square = DEVIATIONS ** 2 / rows;
  const centre = (share + square / 2) / (1 + square);
  const half = Math.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square);
  // At the ends the share itself, which rounding would miss.
  return [correct === 0 ? 0 : centre - half, correct === rows ? 1 : centre + half];
}

/** Whether two answers are the same, character for character apart from outer blanks. No answer is the same as none. */
export function isSameAnswer(one: string, other: string | undefined): boolean {
  return other !== undefined && comparable(one) === comparable(other);
}

/**
 * A function from text to the answer that it stands for: the answer or one of its listed forms, outer blanks and,
 * where no form matches exactly, upper and lower case aside. Undefined for any other text.
 */
export function formMapper(labels: Labels): (text: string) => string | undefined {
  const forms = labelForms(labels);
  const folded = new Map<string, string>();
  for (const [form, label] of forms) if (!folded.has(fold(form))) folded.set(fold(form), label);
  return (text) => labelOf(forms, text) ?? folded.get(fold(text));
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
