import { createReadStream } from 'node:fs';
import { readRowBatches } from '../../../task/src/rows.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { expectedOf, faultOf } from '../answer/row-facts.ts';
import type { Row } from '../data/tokenise.ts';
import { FileError, InputError } from '../errors.ts';
import { Predictor } from '../predict/predictor.ts';
import { type Prediction, TaskPredictor } from '../predict/task-predictor.ts';
import { type Project, rowTokeniser, tasksOf } from '../project.ts';
import { shortPath } from '../text.ts';
import { DEVICE_OPTION, deviceToUse, wantedDevice } from './device.ts';
import { Output, terminalColumns } from './output.ts';
import { predictionLines } from './prediction-lines.ts';
import { openForRun } from './problems.ts';
import { trainedPrompt } from './trained-prompt.ts';
import { readArguments } from './usage.ts';

/** `ptask predict FILE`: what trained prompts answer to rows. */
export async function predict(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    { task: { type: 'string' }, input: { type: 'string' }, ...DEVICE_OPTION, json: { type: 'boolean' } },
    [1, 1],
  );
  const wanted = wantedDevice(values.device);
  const output = new Output(values.json);
  const named = values.task === undefined ? [] : [values.task];
  const project = await openForRun(positionals[0]!, output, named);
  const tasks = tasksOf(project, named);
  const provider = await deviceToUse(wanted);
  const predictor = new Predictor(project.backbone, { provider, notice: output.warn });
  const answerer = new Answerer(project, tasks, values.task, predictor);
  let bad = 0;
  try {
    for await (const rows of values.input === undefined ? exampleRows(project, values.task) : inputRows(values.input)) {
      for (const answer of await answerer.answer(rows)) {
        if ('problem' in answer) {
          bad++;
          output.note(`error: ${answer.place}: ${answer.problem}`);
          output.event({ event: 'error', row: answer.row, message: `${answer.place}: ${answer.problem}` });
        } else print(answer, output);
      }
    }
  } finally {
    await answerer.release();
  }
  return bad > 0 ? 1 : 0;
}

/** A row as it came in. */
interface NumberedRow {
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

interface Answer extends Asked {
  readonly prediction: Prediction;
}

interface Unanswered {
  readonly row: number;
  readonly place: string;
  readonly problem: string;
}

async function* exampleRows({ path, file }: Project, task: string | undefined): AsyncGenerator<NumberedRow[]> {
  if (file.examples.length === 0) {
    throw new InputError(`${shortPath(path)} has no "examples"; give rows with --input rows.jsonl`);
  }
  const rows = file.examples.map((value, row) => ({ row, place: `example ${row + 1}`, value }));
  const own = task === undefined ? rows : rows.filter(({ value }) => value.taskname === task);
  if (own.length === 0) {
    throw new InputError(`${shortPath(path)} has no "examples" of '${task}'; give rows with --input rows.jsonl`);
  }
  yield own;
}

async function* inputRows(input: string): AsyncGenerator<NumberedRow[]> {
  const name = input === '-' ? 'standard input' : input;
  let row = 0;
  try {
    for await (const batch of readRowBatches(input === '-' ? process.stdin : createReadStream(input))) {
      yield batch.map((read) => ({
        row: row++,
        place: `${name}:${read.line + 1}`,
        value: read.value,
        ...(read.value === undefined ? { problem: read.problem.message } : {}),
      }));
    }
  } catch (error) {
    throw error instanceof Error && 'code' in error ? FileError.from(name, 'read', error) : error;
  }
}

/** A prompt that is ready to answer, with the template that it was trained with. */
interface LoadedPrompt {
  readonly template: TaskTemplate;
  readonly predictor: TaskPredictor;
}

/** Predicts rows of several tasks, each task's prompt being loaded when it is first asked for. */
class Answerer {
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
    const answers = new Map<Asked, Answer | Unanswered>();
    for (const template of this.tasks) {
      const own = checked.filter((row): row is Asked => 'template' in row && row.template === template);
      if (own.length === 0) continue;
      const prompt = await this.prompt(template).catch((error: unknown) => {
        if (!(error instanceof InputError) || this.tasks.length === 1) throw error;
        return error.message;
      });
      const unanswered = (asked: Asked, problem: string) =>
        answers.set(asked, { row: asked.row, place: asked.place, problem });
      if (typeof prompt === 'string') {
        for (const asked of own) unanswered(asked, prompt);
        continue;
      }
      // A stale prompt is asked with the template that it was trained with, which may use other fields.
      const faults = own.map(({ values }) => faultOf(prompt.template, values));
      const asked = own.filter((_, i) => faults[i] === undefined);
      own.forEach((one, i) => {
        if (faults[i] !== undefined) unanswered(one, faults[i]);
      });
      const predictions = await prompt.predictor.predict(asked.map(({ values }) => values));
      asked.forEach((one, i) => {
        const prediction = predictions[i];
        if (prediction) answers.set(one, { ...one, template: prompt.template, prediction });
        else unanswered(one, 'the row is too long for the model');
      });
    }
    return checked.map((row) => ('template' in row ? answers.get(row)! : row));
  }

  async release(): Promise<void> {
    await this.predictor.release();
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

  private prompt(template: TaskTemplate): Promise<LoadedPrompt> {
    const { taskname } = template;
    const known = this.prompts.get(taskname);
    if (known) return known;
    const loaded = this.load(template);
    this.prompts.set(taskname, loaded);
    return loaded;
  }

  private async load(template: TaskTemplate): Promise<LoadedPrompt> {
    const { project, predictor } = this;
    const prompt = trainedPrompt(project, template);
    const tokeniser = rowTokeniser(project, prompt.template);
    return {
      template: prompt.template,
      predictor: await TaskPredictor.create(predictor, tokeniser, project.tokenizer, prompt.embeddings),
    };
  }
}

function print({ row, template, values, label, prediction }: Answer, output: Output): void {
  output.event({
    event: 'prediction',
    row,
    taskname: template.taskname,
    prediction: prediction.text,
    candidates: prediction.candidates ?? null,
    cut: prediction.cut,
    label: label ?? null,
  });
  for (const line of predictionLines(template, values, prediction, terminalColumns())) output.text(line);
}
