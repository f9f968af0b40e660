import type { TaskTemplate } from '../../../task/src/types.ts';
import { RowStore } from '../data/row-store.ts';
import { InputError } from '../errors.ts';
import type { Baseline } from '../evaluate/baseline.ts';
import { evaluateRows, rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { type Majority, majority } from '../evaluate/majority.ts';
import type { ClassificationMetrics, ExactMatch } from '../evaluate/metrics.ts';
import { runBaseline } from '../evaluate/run-baseline.ts';
import { Predictor } from '../predict/predictor.ts';
import { TaskPredictor } from '../predict/task-predictor.ts';
import { dataPaths, type Project, rowTokeniser } from '../project.ts';
import { count, percent, shortPath, table } from '../text.ts';
import { Output } from './output.ts';
import { openForRun } from './problems.ts';
import { chosenTasks, trainedPrompt } from './trained-prompt.ts';
import { oneOf, readArguments } from './usage.ts';

type Split = 'test' | 'validation';

/** How one way of answering the rows did. */
interface Measured {
  readonly name: string;
  readonly baseline?: Baseline;
  readonly shots?: number;
  readonly metrics: ClassificationMetrics | ExactMatch;
}

/** `ptask evaluate FILE`: how well trained prompts answer rows that they were not trained on. */
export async function evaluate(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    {
      task: { type: 'string', multiple: true, default: [] },
      split: { type: 'string', default: 'test' },
      baseline: { type: 'string' },
      json: { type: 'boolean' },
    },
    [1, 1],
  );
  const split = oneOf<Split>('split', values.split, ['test', 'validation']);
  const baseline = values.baseline && oneOf<Baseline>('baseline', values.baseline, ['zero', 'one', 'few']);
  const output = new Output(values.json);
  const project = await openForRun(positionals[0]!, output);
  const predictor = new Predictor(project.backbone);
  try {
    for (const template of chosenTasks(project, values.task)) {
      await evaluateTask(project, predictor, template, { split, baseline: baseline || undefined, output });
    }
  } finally {
    await predictor.release();
  }
  return 0;
}

interface EvaluateOptions {
  readonly split: Split;
  readonly baseline: Baseline | undefined;
  readonly output: Output;
}

async function evaluateTask(
  project: Project,
  predictor: Predictor,
  template: TaskTemplate,
  { split, baseline, output }: EvaluateOptions,
): Promise<void> {
  const { taskname } = template;
  const tokeniser = rowTokeniser(project, template);
  const open = (files: readonly string[]) =>
    RowStore.open(dataPaths(project, files), [taskname], (row) => tokeniser.row(row));
  const { data } = project.file;
  const files = split === 'test' ? data.test_ds : data.validation_ds;
  const virtual = baseline && !project.promptTable.has(taskname) ? undefined : trainedPrompt(project, template);
  const store = await open(files);
  try {
    const numbers = rowsOfTask(store, taskname);
    if (numbers.length === 0) {
      const where = files.length > 0 ? `none in ${files.join(', ')}` : `"data" names no ${split}_ds`;
      throw new InputError(`${shortPath(project.path)}: no ${split} row of '${taskname}' can be used: ${where}`);
    }
    const measured: Measured[] = [];
    if (virtual) {
      const trained = await TaskPredictor.create(predictor, tokeniser, project.tokenizer, virtual);
      measured.push({ name: 'trained prompt', ...(await evaluateRows(trained, template, store, numbers)) });
    } else {
      output.note(`'${taskname}' has not been trained; this is the frozen model alone`);
    }
    if (baseline)
      measured.push(await measureBaseline(project, predictor, template, baseline, { open, store, numbers }));
    const commonest = majority(template, store, numbers);
    for (const one of measured) output.event(metricsEvent(taskname, split, one, commonest));
    printTask(
      output,
      `${taskname}: ${count(numbers.length, `${split} row`)} (${files.join(', ')})`,
      measured,
      commonest,
    );
    const skipped = store.skipped.get(taskname) ?? 0;
    if (skipped > 0) output.note(`${count(skipped, 'row')} left out: too long for max_seq_length`);
  } finally {
    store.close();
  }
}

interface BaselineSources {
  readonly open: (files: readonly string[]) => Promise<RowStore>;
  readonly store: RowStore;
  readonly numbers: readonly number[];
}

async function measureBaseline(
  project: Project,
  predictor: Predictor,
  template: TaskTemplate,
  baseline: Baseline,
  { open, store, numbers }: BaselineSources,
): Promise<Measured> {
  const train = await open(project.file.data.train_ds);
  try {
    const { evaluation, shots } = await runBaseline(project, predictor, template, baseline, {
      train: { store: train, numbers: rowsOfTask(train, template.taskname) },
      evaluated: { store, numbers },
    });
    const name = `frozen model, ${shots === 0 ? 'no examples' : count(shots, 'example')}`;
    return { name, baseline, shots, metrics: evaluation.metrics };
  } finally {
    train.close();
  }
}

function metricsEvent(task: string, split: Split, measured: Measured, commonest: Majority | undefined) {
  const { baseline, shots, metrics } = measured;
  const { rows, correct, accuracy } = metrics;
  return {
    event: 'metrics',
    task,
    split,
    rows,
    correct,
    accuracy,
    ...('macroF1' in metrics
      ? { macro_f1: metrics.macroF1, majority: commonest, labels: metrics.labels, confusion: metrics.confusion.counts }
      : {}),
    ...(baseline === undefined ? {} : { baseline, shots }),
  };
}

function printTask(
  output: Output,
  title: string,
  measured: readonly Measured[],
  commonest: Majority | undefined,
): void {
  output.text(title);
  output.text();
  const summary = measured.map(({ name, metrics }) => [
    name,
    percent(metrics.accuracy),
    'macroF1' in metrics ? metrics.macroF1.toFixed(3) : '',
    `${metrics.correct} of ${metrics.rows}`,
  ]);
  const isClassified = measured.some(({ metrics }) => 'macroF1' in metrics);
  if (commonest) summary.push([`always '${commonest.label}'`, percent(commonest.share), '', '']);
  const head = ['', isClassified ? 'accuracy' : 'exact match', isClassified ? 'macro-F1' : '', 'right'];
  for (const line of table([head, ...summary], [1, 2, 3])) output.text(`  ${line}`);
  for (const { name, metrics } of measured) {
    if (!('labels' in metrics)) continue;
    output.text();
    const rows = metrics.labels.map(({ label, rows, predicted, correct, precision, recall, f1 }) => [
      label,
      ...[rows, predicted, correct].map(String),
      ...[precision, recall, f1].map((value) => value.toFixed(3)),
    ]);
    const labelHead = [name, 'rows', 'predicted', 'right', 'precision', 'recall', 'F1'];
    for (const line of table([labelHead, ...rows], [1, 2, 3, 4, 5, 6])) output.text(`  ${line}`);
  }
  output.text();
}
