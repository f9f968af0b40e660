import type { ValidationMetrics } from '../../../protocol/src/training-events.ts';
import { type Evaluation, evaluateRows, evenly, rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { generatedKeys } from '../evaluate/generated-metrics.ts';
import type { Predictor } from '../predict/predictor.ts';
import { TaskPredictor } from '../predict/task-predictor.ts';
import type { Stepper } from './backbone-step.ts';
import type { PlannedTask, TrainingPlan } from './plan.ts';

export interface Validation {
  /** Mean cross-entropy of all target tokens of the validation rows of all tasks; undefined without such rows. */
  readonly loss: number | undefined;
  readonly tasks: Readonly<Record<string, ValidationMetrics>>;
}

/** Rows whose loss is asked for at once. */
export const VALIDATED_AT_ONCE = 64;

/**
 * Measures prompts on the validation rows, the rows' own answers for the loss, and predictions where they are cheap.
 * @param most rows of each task, spread over all; all of them where it is left out
 */
export async function validate(
  plan: TrainingPlan,
  virtual: ReadonlyMap<string, Float32Array>,
  predictor: Predictor,
  step: Pick<Stepper, 'loss'>,
  most = Number.POSITIVE_INFINITY,
): Promise<Validation> {
  const tasks = new Map<string, ValidationMetrics>();
  let lossSum = 0;
  let targets = 0;
  for (const [taskname, task] of plan.tasks) {
    const rows = evenly(rowsOfTask(plan.validation, taskname), most);
    if (rows.length === 0) continue;
    const sums = { loss: 0, targets: 0 };
    for (let start = 0; start < rows.length; start += VALIDATED_AT_ONCE) {
      const batch = rows
        .slice(start, start + VALIDATED_AT_ONCE)
        .map((row) => ({ taskname, row: plan.validation.tokens(row) }));
      const result = await step.loss(batch, virtual);
      sums.loss += result.loss * result.targets;
      sums.targets += result.targets;
    }
    lossSum += sums.loss;
    targets += sums.targets;
    const metrics = await measured(plan, task, virtual.get(taskname)!, predictor, rows);
    tasks.set(taskname, {
      rows: rows.length,
      loss: sums.loss / sums.targets,
      ...(metrics ? metricKeys(metrics) : {}),
    });
  }
  return { loss: targets > 0 ? lossSum / targets : undefined, tasks: Object.fromEntries(tasks) };
}

function metricKeys(metrics: Evaluation['metrics']): Omit<ValidationMetrics, 'rows' | 'loss'> {
  const { accuracy } = metrics;
  return { accuracy, ...('labels' in metrics ? { macro_f1: metrics.macroF1 } : generatedKeys(metrics)) };
}

/** Text is generated only where the best prompt is chosen by it: that takes longer than the epoch. */
async function measured(
  plan: TrainingPlan,
  { template, tokeniser }: PlannedTask,
  virtual: Float32Array,
  predictor: Predictor,
  rows: readonly number[],
): Promise<Evaluation['metrics'] | undefined> {
  if (!template.labels && plan.project.file.trainer.val_metric === 'loss') return undefined;
  const task = await TaskPredictor.create(predictor, tokeniser, plan.project.tokenizer, virtual);
  return (await evaluateRows(task, template, plan.validation, rows)).metrics;
}
