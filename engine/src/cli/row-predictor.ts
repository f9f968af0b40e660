import type { TaskTemplate } from '../../../task/src/types.ts';
import { expectedOf, faultOf } from '../answer/row-facts.ts';
import type { Row } from '../data/tokenise.ts';
import { InputError } from '../errors.ts';
import type { Predictor } from '../predict/predictor.ts';
import { type Prediction, TaskPredictor } from '../predict/task-predictor.ts';
import { type Project, rowTokeniser } from '../project.ts';
import { trainedPrompt } from './trained-prompt.ts';

/** A row as it came in. */
export interface NumberedRow {
  /** From 0, over all rows of the input. */
  readonly row: number;
  /** For messages. */
  readonly place: string;
  readonly value: Row | undefined;
  readonly problem?: string;
}

/** A row that can be asked. */
interface Asked {
  readonly row: number;
  readonly place: string;
  readonly template: TaskTemplate;
  readonly values: Row;
  /** The row's own answer, where it has one. */
  readonly label: string | undefined;
}

export interface Answer extends Asked {
  readonly prediction: Prediction;
}

export interface Unanswered {
  readonly row: number;
  readonly place: string;
  readonly problem: string;
}

/** A prompt that is ready to answer, with the template that it was trained with. */
interface LoadedPrompt {
  readonly template: TaskTemplate;
  readonly predictor: TaskPredictor;
}

/** Answers rows of several tasks, each task's prompt being loaded when it is first asked for. */
export class RowPredictor {
  private readonly project: Project;
  private readonly tasks: readonly TaskTemplate[];
  /** The task of all rows, whatever they say of it. */
  private readonly forced: string | undefined;
  private readonly predictor: Predictor;
  private readonly prompts = new Map<string, Promise<LoadedPrompt>>();

  constructor(project: Project, tasks: readonly TaskTemplate[], forced: string | undefined, predictor: Predictor) {
    this.project = project;
    this.tasks = tasks;
    this.forced = forced;
    this.predictor = predictor;
  }

  /** Answers in the rows' order. @throws InputError where there is one task, and it has not been trained */
  async answer(rows: readonly NumberedRow[]): Promise<(Answer | Unanswered)[]> {
    const checked = rows.map((row) => this.check(row));
    const answers = new Map<Asked | Unanswered, Answer | Unanswered>();
    for (const template of this.tasks) {
      const own = checked.filter((row): row is Asked => 'template' in row && row.template === template);
      if (own.length === 0) continue;
      const answered = await this.answerTask(template, own);
      own.forEach((asked, i) => {
        answers.set(asked, answered[i]!);
      });
    }
    return checked.map((row) => ('template' in row ? answers.get(row)! : row));
  }

  private check({ row, place, value, problem }: NumberedRow): Asked | Unanswered {
    if (value === undefined) return { row, place, problem: problem ?? 'this is no row' };
    const named = this.forced ?? value.taskname ?? (this.tasks.length === 1 ? this.tasks[0]!.taskname : undefined);
    const template = this.tasks.find(({ taskname }) => taskname === named);
    if (!template) {
      const known = this.tasks.map(({ taskname }) => taskname).join(', ');
      const fault = named === undefined ? 'has no "taskname"' : `is of the task ${JSON.stringify(named)}`;
      return { row, place, problem: `this row ${fault}; the task file has ${known}` };
    }
    const fault = faultOf(template, value);
    if (fault !== undefined) return { row, place, problem: fault };
    return { row, place, template, values: value, label: expectedOf(template, value)?.text };
  }

  private async answerTask(template: TaskTemplate, rows: readonly Asked[]): Promise<(Answer | Unanswered)[]> {
    const unanswered = ({ row, place }: Asked, problem: string): Unanswered => ({ row, place, problem });
    const prompt = await this.prompt(template).catch((error: unknown) => {
      if (!(error instanceof InputError) || this.tasks.length === 1) throw error;
      return error.message;
    });
    if (typeof prompt === 'string') return rows.map((asked) => unanswered(asked, prompt));
    // A stale prompt is asked with the template that it was trained with, which may use other fields.
    const faults = rows.map(({ values }) => faultOf(prompt.template, values));
    const sound = rows.filter((_, i) => faults[i] === undefined);
    const predictions = (await prompt.predictor.predict(sound.map(({ values }) => values))).values();
    return rows.map((asked, i) => {
      if (faults[i] !== undefined) return unanswered(asked, faults[i]);
      const prediction = predictions.next().value;
      if (prediction === undefined) return unanswered(asked, 'the row is too long for the model');
      return { ...asked, template: prompt.template, prediction };
    });
  }

  private prompt(template: TaskTemplate): Promise<LoadedPrompt> {
    const known = this.prompts.get(template.taskname);
    if (known) return known;
    const loaded = this.load(template);
    this.prompts.set(template.taskname, loaded);
    return loaded;
  }

  private async load(ofTask: TaskTemplate): Promise<LoadedPrompt> {
    const { project } = this;
    const { template, embeddings } = trainedPrompt(project, ofTask);
    const tokeniser = rowTokeniser(project, template);
    return {
      template,
      predictor: await TaskPredictor.create(this.predictor, tokeniser, project.tokenizer, embeddings),
    };
  }
}
