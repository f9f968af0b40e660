import { t } from '../../../l10n/src/words.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { unlearntTokens } from '../backbone/unlearnt-tokens.ts';
import type { Rows } from '../data/row-store.ts';
import { evenly, rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { longAnswers } from '../evaluate/long-answers.ts';
import { MAX_NEW_TOKENS } from '../predict/greedy-decoding.ts';
import type { PlannedTask, TrainingPlan } from './plan.ts';

/*
 * What to say before the first step of a run that will be worth less than its user may think, where the task file's own rules
 * cannot see it: they know nothing of steps or weights.
 */

/** Rows of a task that are looked at. */
const MOST_ROWS = 1000;
/** The commonest tokens of their answers that are looked at. */
const MOST_TOKENS = 200;
/** Tokens that are named. */
const MOST_NAMED = 3;

/** All of them, in the order in which they are told. @throws FileError where the model's file cannot be read */
export async function runWarnings(plan: TrainingPlan): Promise<string[]> {
  const warnings = [warmupWarning(plan), longAnswersWarning(plan), await unlearntAnswersWarning(plan)];
  return warnings.filter((warning) => warning !== undefined);
}

/** Of a run whose learning rate only rises. */
export function warmupWarning({ totalSteps, project }: TrainingPlan): string | undefined {
  const warmupSteps = project.file.optim.sched.warmup_steps;
  if (totalSteps > warmupSteps) return undefined;
  return t(
    'with {0} steps and "warmup_steps": {1} the learning rate will not rise to "lr"; fewer warm-up steps or more epochs may help',
    totalSteps,
    warmupSteps,
  );
}

/** Of a run whose prompts learn to write more than is ever generated. */
export function longAnswersWarning({ tasks, train }: TrainingPlan): string | undefined {
  for (const [taskname, { template, tokeniser }] of tasks) {
    const rows = evenly(rowsOfTask(train, taskname), MOST_ROWS);
    const long = longAnswers(template, tokeniser, train, rows);
    if (long === 0) continue;
    return t(
      "'{0}': {1} of {2} answers have more than {3} tokens, as many as are generated: what is predicted ends before them, and is never right",
      taskname,
      long,
      rows.length,
      MAX_NEW_TOKENS,
    );
  }
  return undefined;
}

/** Of a run whose prompts are to write tokens that the model cannot tell from others. Where labels are scored it is not asked to. */
export async function unlearntAnswersWarning({ project, tasks, train }: TrainingPlan): Promise<string | undefined> {
  const { backbone, tokenizer } = project;
  const projection = backbone.model.weights.get(backbone.outputProjection)!;
  for (const [taskname, task] of tasks) {
    const { labels, answer_field } = task.template;
    if (labels || answer_field === null) continue;
    const unlearnt = await unlearntTokens(projection, commonTokens(task, answer_field, train));
    if (unlearnt.length === 0) continue;
    return t(
      "'{0}': answers have {1}, which this model has hardly met and cannot tell from other tokens, so that none of its prompts will write it; answers that are written otherwise, such as with ; in place of a line break, or another model may help",
      taskname,
      unlearnt
        .slice(0, MOST_NAMED)
        .map((id) => JSON.stringify(tokenizer.decode([id])))
        .join(', '),
    );
  }
  return undefined;
}

/** The tokens of answers, the commonest first; without those that end them. */
function commonTokens(
  { template, tokeniser }: PlannedTask,
  answerField: NonNullable<TaskTemplate['answer_field']>,
  train: Rows,
): number[] {
  const counts = new Map<number, number>();
  for (const row of evenly(rowsOfTask(train, template.taskname), MOST_ROWS)) {
    const text = String(train.row(row)[answerField] ?? '');
    for (const id of tokeniser.answer(text).subarray(0, tokeniser.answerLength(text))) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_TOKENS)
    .map(([id]) => id);
}
