import { t } from '../../../l10n/src/words.ts';
import type { Learning } from '../../../protocol/src/training-events.ts';
import { compareRows } from '../evaluate/compare-rows.ts';
import { evaluateRows, evenly, rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { majority } from '../evaluate/majority.ts';
import { frozenPredictor, runBaseline } from '../evaluate/run-baseline.ts';
import type { Predictor } from '../predict/predictor.ts';
import { TaskPredictor } from '../predict/task-predictor.ts';
import { percent } from '../text.ts';
import { mean } from '../vectors.ts';
import type { PlannedTask, TrainingPlan } from './plan.ts';

/*
 * Whether a run has learnt anything. Its prompt must do better on validation rows than what costs nothing: the model
 * without a prompt, and for a task with labels always answering the commonest one. Better means on more rows than chance
 * explains (a sign test over the rows that differ, at 5 %). The rows also chose the best epoch, which favours the
 * prompt a little; so the verdict says too seldom, never too often, that nothing was learnt.
 */

const SIGNIFICANT = 0.05;

/** Validation rows that are looked at; more would not change a verdict. */
export const MOST_MEASURED = 1000;

/** What a prompt is held against. */
export interface Reference {
  /** As it stands in a sentence: `always answering 'e'`, `the untrained model`. */
  readonly name: string;
  /** One score for each row, in the prompt's order. */
  readonly scores: readonly number[];
}

/** Scores of the validation rows: 1 for a right and 0 for a wrong label, or log-probabilities of the rows' answers. */
export interface Scores {
  readonly kind: 'labels' | 'likelihoods';
  readonly trained: readonly number[];
  readonly references: readonly Reference[];
}

/** How long a run is, in steps, and how much of that its learning rate rises. */
interface Length {
  readonly totalSteps: number;
  readonly warmupSteps: number;
}

function lengthOf({ totalSteps, project }: TrainingPlan): Length {
  return { totalSteps, warmupSteps: project.file.optim.sched.warmup_steps };
}

/** What may help a run that has learnt nothing. */
export function adviceFor({ totalSteps, warmupSteps }: Length): string {
  if (totalSteps > warmupSteps) return t('more epochs, another learning rate or encoder, or a larger model may help');
  return t(
    'with {0} steps and "warmup_steps": {1} its learning rate never rose to "lr"; fewer warm-up steps or more epochs may help',
    totalSteps,
    warmupSteps,
  );
}

/**
 * The verdict on one task; the reference that the prompt does worst against decides.
 * @param advice for a prompt that has learnt nothing
 */
export function verdictOf({ kind, trained, references }: Scores, advice: string): Learning {
  if (trained.length === 0) {
    return {
      verdict: 'unmeasured',
      message: t('has no validation rows, so nothing says whether its prompt is any good'),
    };
  }
  const share = (scores: readonly number[]) => percent(mean(scores));
  const compared = references.map((reference) => ({ reference, ...compareRows(trained, reference.scores) }));
  const notBetter = compared.filter(({ gain }) => gain <= 0).sort((a, b) => a.gain - b.gain)[0];
  if (notBetter) {
    const { name, scores } = notBetter.reference;
    const fault =
      kind === 'labels'
        ? t('its accuracy of {0} is not above the {1} of {2}', share(trained), share(scores), name)
        : t("it finds the validation rows' answers no likelier than {0} does", name);
    return { verdict: 'nothing', message: t('has learnt nothing of use: {0}; {1}', fault, advice) };
  }
  const doubtful = compared.filter(({ chance }) => chance > SIGNIFICANT).sort((a, b) => b.chance - a.chance)[0];
  if (!doubtful) return { verdict: 'learnt' };
  const { better, worse, reference } = doubtful;
  return {
    verdict: 'unclear',
    message:
      worse > 0
        ? t(
            'may have learnt little: of {0} validation rows it does {1} better than {2} and {3} worse, which may be chance; more validation rows would tell',
            trained.length,
            better,
            reference.name,
            worse,
          )
        : t(
            'may have learnt little: of {0} validation rows it does {1} better than {2}, which may be chance; more validation rows would tell',
            trained.length,
            better,
            reference.name,
          ),
  };
}

/** Measures a task's best prompt on the validation rows, and what it is held against. */
export async function measureLearning(
  plan: TrainingPlan,
  task: PlannedTask,
  virtual: Float32Array,
  predictor: Predictor,
): Promise<Learning> {
  const numbers = evenly(rowsOfTask(plan.validation, task.template.taskname), MOST_MEASURED);
  const advice = adviceFor(lengthOf(plan));
  if (numbers.length === 0) return verdictOf({ kind: 'labels', trained: [], references: [] }, advice);
  if (task.template.answer_field === null) {
    const message = t('has no "answer_field" in its template, so nothing says whether its prompt is any good');
    return { verdict: 'unmeasured', message };
  }
  const trained = await TaskPredictor.create(predictor, task.tokeniser, plan.project.tokenizer, virtual);
  const scores = task.template.labels
    ? await labelScores(plan, task, trained, predictor, numbers)
    : await likelihoodScores(plan, task, trained, predictor, numbers);
  if (scores.trained.length > 0) return verdictOf(scores, advice);
  const message = t('cannot be compared with the untrained model, so nothing says whether its prompt is any good');
  return { verdict: 'unmeasured', message };
}

async function labelScores(
  plan: TrainingPlan,
  { template }: PlannedTask,
  prompt: TaskPredictor,
  predictor: Predictor,
  numbers: readonly number[],
): Promise<Scores> {
  const { project, train, validation } = plan;
  const { rows } = await evaluateRows(prompt, template, validation, numbers);
  const { evaluation } = await runBaseline(project, predictor, template, 'zero', {
    train: { store: train, numbers: rowsOfTask(train, template.taskname) },
    evaluated: { store: validation, numbers },
  });
  const commonest = majority(template, validation, numbers);
  const always = commonest && {
    name: t("always answering '{0}'", commonest.label),
    scores: rows.map(({ truth }) => Number(truth === commonest.label)),
  };
  return {
    kind: 'labels',
    trained: rows.map(({ correct }) => Number(correct)),
    references: [
      ...(always ? [always] : []),
      { name: t('the untrained model'), scores: evaluation.rows.map(({ correct }) => Number(correct)) },
    ],
  };
}

async function likelihoodScores(
  { project, validation }: TrainingPlan,
  { template }: PlannedTask,
  prompt: TaskPredictor,
  predictor: Predictor,
  numbers: readonly number[],
): Promise<Scores> {
  const values = numbers.map((number) => validation.row(number));
  const frozen = await frozenPredictor(project, predictor, template);
  const [trained, untrained] = [await prompt.logLikelihoods(values), await frozen.logLikelihoods(values)];
  // A row that is too long for one of them, or leaves the untrained model nothing to go on from, says nothing.
  const pairs = trained.flatMap((own, i) => {
    const other = untrained[i];
    return own === undefined || other === undefined ? [] : [[own, other] as const];
  });
  return {
    kind: 'likelihoods',
    trained: pairs.map(([own]) => own),
    references: [{ name: t('the untrained model'), scores: pairs.map(([, other]) => other) }],
  };
}
