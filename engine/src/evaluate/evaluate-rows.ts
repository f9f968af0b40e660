import type { ClassificationMetrics, GeneratedMetrics } from '../../../protocol/src/evaluating.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import type { RowPlace, Rows } from '../data/row-store.ts';
import type { Row } from '../data/tokenise.ts';
import type { Prediction, TaskPredictor } from '../predict/task-predictor.ts';
import { generatedMetrics } from './generated-metrics.ts';
import { classificationMetrics, formMapper, isSameAnswer } from './metrics.ts';

export interface EvaluatedRow {
  readonly place: RowPlace;
  /** The row's answer; for a task with labels, the label that it is a form of. */
  readonly truth: string;
  readonly prediction: Prediction | undefined;
  readonly correct: boolean;
}

export interface Evaluation {
  readonly rows: readonly EvaluatedRow[];
  readonly metrics: ClassificationMetrics | GeneratedMetrics;
}

/** Rows that are read and predicted at a time, so that a large file is never in memory as a whole. */
const ROWS_AT_A_TIME = 512;

export interface EvaluateOptions {
  readonly rowsAtATime?: number;
  /** Told of rows as they are answered, with the rows as they stand in their files. What it throws ends the evaluation. */
  readonly answered?: (rows: readonly EvaluatedRow[], values: readonly Row[]) => Promise<void>;
}

/** Numbers of the store's rows that belong to a task. */
export function rowsOfTask(store: Rows, taskname: string): number[] {
  return Array.from({ length: store.size }, (_, row) => row).filter((row) => store.taskname(row) === taskname);
}

/** At most so many of them, at even distances. */
export function evenly(numbers: readonly number[], most: number): number[] {
  const count = Math.min(numbers.length, most);
  return Array.from({ length: count }, (_, i) => numbers[Math.floor((i * numbers.length) / count)]!);
}

/**
 * Predicts rows and holds the predictions against their answers. Label forms are mapped first; generated text counts
 * where it is the answer, as `isSameAnswer` has it.
 * @throws RangeError without rows
 */
export async function evaluateRows(
  predictor: Pick<TaskPredictor, 'predict'>,
  template: TaskTemplate,
  store: Rows,
  numbers: readonly number[],
  { rowsAtATime = ROWS_AT_A_TIME, answered }: EvaluateOptions = {},
): Promise<Evaluation> {
  const field = template.answer_field ?? '';
  const { labels } = template;
  const canonical = labels ? formMapper(labels) : undefined;
  const rows: EvaluatedRow[] = [];
  for (let start = 0; start < numbers.length; start += rowsAtATime) {
    const chunk = numbers.slice(start, start + rowsAtATime);
    const values = chunk.map((number) => store.row(number));
    const predictions = await predictor.predict(values);
    const evaluated = chunk.map((number, i): EvaluatedRow => {
      const answer = String(values[i]![field] ?? '').trim();
      const truth = canonical?.(answer) ?? answer;
      const prediction = predictions[i];
      // A predicted label is one as the template spells it.
      const correct = labels ? prediction?.text === truth : isSameAnswer(truth, prediction?.text);
      return { place: store.place(number), truth, prediction, correct };
    });
    rows.push(...evaluated);
    await answered?.(evaluated, values);
  }
  const outcomes = rows.map(({ truth, prediction }) => ({
    truth,
    prediction: prediction?.text,
    cut: prediction?.cut ?? false,
  }));
  const metrics = labels ? classificationMetrics(Object.keys(labels), outcomes) : generatedMetrics(outcomes);
  return { rows, metrics };
}
