import { t } from '../../../l10n/src/words.ts';
import type { Answer, PredictedRow } from '../../../protocol/src/predicting.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Row } from '../data/tokenise.ts';
import { frozenPredictor } from '../evaluate/run-baseline.ts';
import type { Predictor } from '../predict/predictor.ts';
import { type Prediction, TaskPredictor } from '../predict/task-predictor.ts';
import { type Project, rowTokeniser } from '../project.ts';
import type { Recent } from '../recent.ts';
import { answerKey, promptOf, type TaskPrompt } from './prompt-state.ts';
import { fieldsOf, promptText } from './prompt-text.ts';
import { type Expected, expectedOf, faultOf, isRight } from './row-facts.ts';

/** Which prompt an answer is of: the task's trained one, be it current or stale, or none. */
type Answering = 'prompt' | 'none';

/** Answers by prompt and row; undefined for a row that is too long. */
export type KnownAnswers = Recent<Prediction | undefined>;

/** What one task answers to rows: its trained prompt, and the model without one. Everything is made when it is first needed. */
export class TaskAnswers {
  readonly prompt: TaskPrompt;
  private readonly project: Project;
  private readonly predictor: Predictor;
  private readonly template: TaskTemplate;
  private readonly known: KnownAnswers;
  /** What answers depend on but the row; those without a prompt outlive its training. */
  private readonly keys: Readonly<Record<Answering, string>>;
  private readonly predictors = new Map<Answering, Promise<TaskPredictor>>();

  constructor(project: Project, predictor: Predictor, template: TaskTemplate, known: KnownAnswers) {
    this.project = project;
    this.predictor = predictor;
    this.template = template;
    this.prompt = promptOf(project, template);
    this.known = known;
    this.keys = { prompt: this.prompt.state.key, none: answerKey(project, template) };
  }

  /** Answers in the rows' order. */
  async answer(rows: readonly Row[], withUntrained: boolean): Promise<PredictedRow[]> {
    const { usable, state } = this.prompt;
    const prompted = usable ? await this.predictions('prompt', usable.template, rows) : [];
    const untrained = withUntrained ? await this.predictions('none', this.template, rows) : [];
    const isCurrent = state.state === 'current';
    return rows.map((row, i): PredictedRow => {
      const expected = expectedOf(this.template, row);
      const own = answerOf(prompted[i], expected);
      const frozen = answerOf(untrained[i], expected);
      const asked = (usable && (isCurrent || !faultOf(usable.template, row))) || withUntrained;
      const fault = faultOf(this.template, row);
      return {
        text: fault === undefined ? promptText(this.template, row) : '',
        expected,
        trained: isCurrent ? own : undefined,
        stale: isCurrent ? undefined : own,
        untrained: frozen,
        problem: fault ?? (asked && !own && !frozen ? t('the row is too long for the model') : undefined),
      };
    });
  }

  /** Makes ready what the first answer without a prompt would have to wait for. */
  async prepareUntrained(row: Row): Promise<void> {
    if (!this.predictors.has('none')) await this.predictions('none', this.template, [row]);
  }

  /** Undefined for a row that lacks a field, or is too long. */
  private async predictions(
    answering: Answering,
    template: TaskTemplate,
    rows: readonly Row[],
  ): Promise<(Prediction | undefined)[]> {
    const key = `${this.keys[answering]} ${answering}`;
    const fields = fieldsOf(template).filter((field) => field !== template.answer_field);
    const names = rows.map((row) => `${key} ${JSON.stringify(fields.map((field) => row[field]))}`);
    const wanted = [...rows.keys()].filter((i) => !faultOf(template, rows[i]!) && !this.known.has(names[i]!));
    // Those that are new may take the place of the ones that were known.
    const predicted = names.map((name) => this.known.get(name));
    if (wanted.length > 0) {
      const predictor = await this.taskPredictor(answering, template);
      const answers = await predictor.predict(wanted.map((i) => rows[i]!));
      wanted.forEach((i, n) => {
        this.known.set(names[i]!, answers[n]);
        predicted[i] = answers[n];
      });
    }
    return predicted;
  }

  private taskPredictor(answering: Answering, template: TaskTemplate): Promise<TaskPredictor> {
    let predictor = this.predictors.get(answering);
    if (!predictor) {
      const { project } = this;
      predictor =
        answering === 'none'
          ? frozenPredictor(project, this.predictor, template)
          : TaskPredictor.create(
              this.predictor,
              rowTokeniser(project, template),
              project.tokenizer,
              this.prompt.usable!.embeddings,
            );
      this.predictors.set(answering, predictor);
      // What could not be made, as while memory was short, is tried again when it is needed again.
      predictor.catch(() => this.predictors.delete(answering));
    }
    return predictor;
  }
}

function answerOf(prediction: Prediction | undefined, expected: Expected | undefined): Answer | undefined {
  if (!prediction) return undefined;
  return { ...prediction, right: isRight(expected, prediction.text) };
}
