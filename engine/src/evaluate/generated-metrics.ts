import type { GeneratedMetrics } from '../../../protocol/src/evaluating.ts';
import type { GeneratedKeys } from '../../../protocol/src/training-events.ts';
import { exactMatch, type Outcome } from './metrics.ts';
import { slotMetricsOf } from './slot-metrics.ts';
import { wordF1 } from './word-f1.ts';

/**
 * Measures generated answers.
 * @throws RangeError without rows
 */
export function generatedMetrics(outcomes: readonly GeneratedOutcome[]): GeneratedMetrics {
  const slots = slotMetricsOf(outcomes);
  return {
    ...exactMatch(outcomes),
    slots,
    wordF1: slots ? undefined : wordF1(outcomes),
    cut: outcomes.filter(({ cut }) => cut).length,
  };
}

export interface GeneratedOutcome extends Outcome {
  readonly cut: boolean;
}

/** The measures beside exact match, under the names that they have in events of `--json` and in records; each only where it was taken. */
export function generatedKeys({ slots, wordF1 }: Pick<GeneratedMetrics, 'slots' | 'wordF1'>): GeneratedKeys {
  return {
    ...(wordF1 === undefined ? {} : { word_f1: wordF1 }),
    ...(slots
      ? {
          intent_accuracy: slots.intentAccuracy,
          slot_precision: slots.precision,
          slot_recall: slots.recall,
          slot_f1: slots.f1,
        }
      : {}),
  };
}
