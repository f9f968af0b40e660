import { t } from '../../../l10n/src/words.ts';
import type { Answerer, EvaluationMetrics, Split } from '../../../protocol/src/evaluating.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { RowStore } from '../data/row-store.ts';
import type { Row } from '../data/tokenise.ts';
import { InputError } from '../errors.ts';
import type { Predictor } from '../predict/predictor.ts';
import { TaskPredictor } from '../predict/task-predictor.ts';
import { dataPaths, type Project, rowTokeniser } from '../project.ts';
import { shortPath } from '../text.ts';
import type { Baseline } from './baseline.ts';
import { type EvaluatedRow, type EvaluateOptions, evaluateRows, rowsOfTask } from './evaluate-rows.ts';
import { longAnswers } from './long-answers.ts';
import { type Majority, majority } from './majority.ts';
import { requireAnswer } from './require-answer.ts';
import { runBaseline } from './run-baseline.ts';

/** Some rows that one way of answering has just answered. */
export interface AnsweredRows {
  readonly answerer: Answerer;
  /** Rows of this answerer that are done, these included. */
  readonly done: number;
  readonly total: number;
  readonly rows: readonly EvaluatedRow[];
  /** The same rows as they stand in their files. */
  readonly values: readonly Row[];
}

export interface EvaluateTaskOptions {
  readonly split: Split;
  readonly baselines: readonly Baseline[];
  /** Virtual embeddings [virtual tokens, hidden] of the trained prompt; undefined where it is not to be measured. */
  readonly virtual: Float32Array | undefined;
  readonly rowsAtATime?: number;
  /** Told of rows as they are answered; what it throws ends the evaluation. */
  readonly answered?: (answered: AnsweredRows) => Promise<void>;
}

export interface EvaluatedTask {
  /** Those that hold the rows, as the task file names them. */
  readonly files: readonly string[];
  readonly rows: number;
  /** Rows left out because they are too long for `max_seq_length`. */
  readonly skipped: number;
  /** Rows whose answer has more tokens than are generated, so that it is never right. */
  readonly unreachable: number;
  readonly majority: Majority | undefined;
  /** The trained prompt first, then the baselines in their order. */
  readonly results: readonly EvaluationMetrics[];
}

/**
 * Measures a task's trained prompt, and the frozen model without one, on the rows of a split.
 * @throws InputError without rows, and for a task without an answer
 */
export async function evaluateTask(
  project: Project,
  predictor: Predictor,
  template: TaskTemplate,
  options: EvaluateTaskOptions,
): Promise<EvaluatedTask> {
  const { split, baselines, virtual } = options;
  const { taskname } = template;
  const { data } = project.file;
  requireAnswer(template);
  const tokeniser = rowTokeniser(project, template);
  const open = (files: readonly string[]) =>
    RowStore.open(dataPaths(project, files), [taskname], (row) => tokeniser.row(row));
  const files = split === 'test' ? data.test_ds : data.validation_ds;
  const paths = dataPaths(project, files);
  const store = await open(files);
  try {
    const numbers = rowsOfTask(store, taskname);
    if (numbers.length === 0) {
      const where = files.length > 0 ? t('none in {0}', files.join(', ')) : t('"data" names no {0}', `${split}_ds`);
      const path = shortPath(project.path);
      throw new InputError(
        split === 'test'
          ? t("{0}: no test row of '{1}' can be used: {2}", path, taskname, where)
          : t("{0}: no validation row of '{1}' can be used: {2}", path, taskname, where),
      );
    }
    const results: EvaluationMetrics[] = [];
    if (virtual) {
      const trained = await TaskPredictor.create(predictor, tokeniser, project.tokenizer, virtual);
      const { metrics } = await evaluateRows(trained, template, store, numbers, tellingOf('trained', numbers, options));
      results.push({ answerer: 'trained', shots: 0, ...metrics });
    }
    if (baselines.length > 0) {
      // Without examples there is nothing to be drawn from them.
      const train = await open(baselines.some((baseline) => baseline !== 'zero') ? data.train_ds : []);
      try {
        const rows = { train: { store: train, numbers: rowsOfTask(train, taskname) }, evaluated: { store, numbers } };
        for (const answerer of baselines) {
          const telling = tellingOf(answerer, numbers, options);
          const { evaluation, shots } = await runBaseline(project, predictor, template, answerer, rows, telling);
          results.push({ answerer, shots, ...evaluation.metrics });
        }
      } finally {
        train.close();
      }
    }
    const holding = new Set(numbers.map((number) => store.place(number).file));
    return {
      files: files.filter((_, place) => holding.has(paths[place]!)),
      rows: numbers.length,
      skipped: store.skipped.get(taskname) ?? 0,
      unreachable: longAnswers(template, tokeniser, store, numbers),
      majority: majority(template, store, numbers),
      results,
    };
  } finally {
    store.close();
  }
}

function tellingOf(
  answerer: Answerer,
  { length: total }: readonly number[],
  { answered, rowsAtATime }: EvaluateTaskOptions,
): EvaluateOptions {
  let done = 0;
  return {
    ...(rowsAtATime === undefined ? {} : { rowsAtATime }),
    answered: async (rows, values) => {
      done += rows.length;
      await answered?.({ answerer, done, total, rows, values });
    },
  };
}
