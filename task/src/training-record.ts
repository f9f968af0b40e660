import type { TrainedTaskFacts } from './environment.ts';

/** How a prompt came about, as far as a prompt table says it. */
export type TrainingFacts = Pick<TrainedTaskFacts, 'date' | 'trainRows' | 'validation'>;

/**
 * Reads what a prompt's record says of its training. The file may come from anywhere: a value of another type than ours
 * counts as not there.
 *
 * @param metrics as training writes them: `{ train_rows, validation: { rows, loss, accuracy, macro_f1 } }`; of generated answers
 *   `intent_accuracy` and `slot_f1`, or `word_f1`, in the place of `macro_f1`
 */
export function trainingFacts(date: unknown, metrics: unknown): TrainingFacts {
  const { train_rows, validation } = keysOf(metrics);
  const { rows, loss, accuracy, macro_f1, intent_accuracy, slot_f1, word_f1 } = keysOf(validation);
  const measured = {
    ...given('loss', number(loss)),
    ...given('accuracy', number(accuracy)),
    ...given('macroF1', number(macro_f1)),
    ...given('intentAccuracy', number(intent_accuracy)),
    ...given('slotF1', number(slot_f1)),
    ...given('wordF1', number(word_f1)),
  };
  const validationRows = count(rows);
  return {
    ...given('date', typeof date === 'string' && !Number.isNaN(Date.parse(date)) ? date : undefined),
    ...given('trainRows', count(train_rows)),
    ...given('validation', validationRows === undefined ? undefined : { rows: validationRows, ...measured }),
  };
}

function keysOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** An optional key is left out rather than undefined. */
function given<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: T });
}
