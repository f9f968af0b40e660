import type { SlotCounts, SlotMetrics } from '../../../protocol/src/evaluating.ts';
import { inCommon } from './in-common.ts';
import { type Outcome, rates } from './metrics.ts';
import { readSlots, type Slot, type SlotAnswer, slotFormOf } from './slots.ts';

/** A row's own answer and what was predicted for it. */
export interface SlotOutcome {
  readonly truth: SlotAnswer;
  readonly prediction: SlotAnswer;
}

const NOTHING: SlotAnswer = { intent: '', slots: [] };

/** Measures answers as intents and slots; undefined where the rows' own answers are not all written as such (`slotFormOf`). */
export function slotMetricsOf(outcomes: readonly Outcome[]): SlotMetrics | undefined {
  const form = slotFormOf(outcomes.map(({ truth }) => truth));
  if (!form) return undefined;
  const read = outcomes.map(({ truth, prediction }) => ({
    truth: readSlots(truth, form),
    prediction: prediction === undefined ? NOTHING : readSlots(prediction, form),
  }));
  return slotMetrics(read);
}

/**
 * Intent accuracy, and precision, recall and F1 over pairs of a slot's name and value: micro-averages over all rows, and those of each
 * name. A pair that a row has twice counts twice.
 * @throws RangeError without rows
 */
export function slotMetrics(outcomes: readonly SlotOutcome[]): SlotMetrics {
  if (outcomes.length === 0) throw new RangeError('no rows to measure');
  const intents = outcomes.filter(({ truth, prediction }) => truth.intent === prediction.intent).length;
  const expected = outcomes.flatMap(({ truth }) => truth.slots);
  const predicted = outcomes.flatMap(({ prediction }) => prediction.slots);
  const correct = outcomes.flatMap(({ truth, prediction }) => inCommon(truth.slots, prediction.slots, keyOf));
  const [own, answered, right] = [byName(expected), byName(predicted), byName(correct)];
  const names = [...own].map(([name, count]) => ({
    name,
    ...slotCounts(count, answered.get(name) ?? 0, right.get(name) ?? 0),
  }));
  return {
    intentAccuracy: intents / outcomes.length,
    ...slotCounts(expected.length, predicted.length, correct.length),
    names: names.sort((a, b) => b.expected - a.expected || (a.name < b.name ? -1 : 1)),
  };
}

function keyOf({ name, value }: Slot): string {
  return JSON.stringify([name, value]);
}

function byName(slots: readonly Slot[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of slots) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function slotCounts(expected: number, predicted: number, correct: number): SlotCounts {
  return { expected, predicted, correct, ...rates(expected, predicted, correct) };
}
