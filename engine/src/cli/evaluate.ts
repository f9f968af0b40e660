import type { EvaluationMetrics, Split } from '../../../protocol/src/evaluating.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { InputError } from '../errors.ts';
import type { Baseline } from '../evaluate/baseline.ts';
import { evaluateTask } from '../evaluate/evaluate-task.ts';
import { generatedKeys } from '../evaluate/generated-metrics.ts';
import type { Majority } from '../evaluate/majority.ts';
import { MAX_NEW_TOKENS } from '../predict/greedy-decoding.ts';
import { Predictor } from '../predict/predictor.ts';
import { type Project, tasksOf } from '../project.ts';
import { count, shortPath } from '../text.ts';
import { DEVICE_OPTION, deviceToUse, wantedDevice } from './device.ts';
import { evaluationTables } from './evaluation-tables.ts';
import { Output } from './output.ts';
import { openForRun } from './problems.ts';
import { trainedPrompt } from './trained-prompt.ts';
import { oneOf, readArguments } from './usage.ts';

/** `ptask evaluate FILE`: how well trained prompts answer rows that they were not trained on. */
export async function evaluate(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    {
      task: { type: 'string', multiple: true, default: [] },
      split: { type: 'string', default: 'test' },
      baseline: { type: 'string' },
      ...DEVICE_OPTION,
      json: { type: 'boolean' },
    },
    [1, 1],
  );
  const wanted = wantedDevice(values.device);
  const split = oneOf<Split>('split', values.split, ['test', 'validation']);
  const baseline =
    values.baseline === undefined ? undefined : oneOf<Baseline>('baseline', values.baseline, ['zero', 'one', 'few']);
  const output = new Output(values.json);
  const project = await openForRun(positionals[0]!, output, values.task);
  const predictor = new Predictor(project.backbone, { provider: await deviceToUse(wanted), notice: output.warn });
  const tasks = tasksOf(project, values.task);
  let unmeasured = 0;
  try {
    for (const template of tasks) {
      try {
        await report(project, predictor, template, { split, baseline, output });
      } catch (error) {
        // That one of several tasks was not trained keeps nobody from knowing of the others.
        if (!(error instanceof InputError) || tasks.length === 1) throw error;
        unmeasured++;
        output.note(`error: ${error.message}`);
        output.event({ event: 'error', message: error.message });
      }
    }
  } finally {
    await predictor.release();
  }
  return unmeasured > 0 ? 1 : 0;
}

interface EvaluateOptions {
  readonly split: Split;
  readonly baseline: Baseline | undefined;
  readonly output: Output;
}

async function report(
  project: Project,
  predictor: Predictor,
  template: TaskTemplate,
  { split, baseline, output }: EvaluateOptions,
): Promise<void> {
  const { taskname } = template;
  const { virtual, without } = measuredPrompt(project, template, baseline);
  const { test_ds, validation_ds } = project.file.data;
  if (split === 'test' && test_ds.length === 0 && validation_ds.length > 0) {
    throw new InputError(
      `${shortPath(project.path)}: no test row of '${taskname}' can be used: "data" names no test_ds; ` +
        '--split validation measures on the rows by which the best epoch was chosen',
    );
  }
  const evaluated = await evaluateTask(project, predictor, template, {
    split,
    baselines: baseline ? [baseline] : [],
    virtual,
  });
  if (without !== undefined) output.note(`${without}; this is the frozen model alone`);
  const { files, rows, skipped, unreachable, results, majority } = evaluated;
  for (const result of results) output.event(metricsEvent(taskname, split, result, majority));
  output.text(`${taskname}: ${count(rows, `${split} row`)} (${files.join(', ')})`);
  output.text();
  for (const line of evaluationTables(results, majority)) output.text(line);
  output.text();
  if (skipped > 0) output.note(`${count(skipped, 'row')} left out: too long for max_seq_length`);
  if (results.some((result) => 'cut' in result && result.cut > 0)) {
    output.note(
      `cut: the answer ends at ${MAX_NEW_TOKENS} tokens, or where the model's context does, not where the model would have ended it`,
    );
  }
  if (unreachable > 0) {
    output.warn(
      `${count(unreachable, 'answer')} of more than ${MAX_NEW_TOKENS} tokens, as many as are generated: never right`,
    );
  }
}

/**
 * The prompt that is measured, which is never a stale one; beside a baseline it may be lacking, and `without` says why.
 * @throws InputError
 */
function measuredPrompt(
  project: Project,
  template: TaskTemplate,
  baseline: Baseline | undefined,
): { readonly virtual: Float32Array | undefined; readonly without?: string } {
  const { taskname } = template;
  if (baseline && !project.promptTable.has(taskname)) {
    return { virtual: undefined, without: `'${taskname}' has not been trained` };
  }
  const { embeddings, stale } = trainedPrompt(project, template);
  if (stale === undefined) return { virtual: embeddings };
  if (!baseline) throw new InputError(stale);
  return { virtual: undefined, without: stale };
}

function metricsEvent(task: string, split: Split, result: EvaluationMetrics, commonest: Majority | undefined) {
  const { answerer, shots, rows, correct, accuracy, accuracyInterval } = result;
  return {
    event: 'metrics',
    task,
    split,
    rows,
    correct,
    accuracy,
    accuracy_interval: accuracyInterval,
    ...('labels' in result
      ? { macro_f1: result.macroF1, majority: commonest, labels: result.labels, confusion: result.confusion.counts }
      : { ...generatedKeys(result), ...(result.slots ? { slots: result.slots.names } : {}), cut: result.cut }),
    ...(answerer === 'trained' ? {} : { baseline: answerer, shots }),
  };
}
