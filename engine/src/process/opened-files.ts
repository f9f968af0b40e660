import { readFile } from 'node:fs/promises';
import type { TaskFileReference } from '../../../protocol/src/engine.ts';
import { AnswerCache } from '../answer/answer-cache.ts';
import { TaskAnswers } from '../answer/task-answers.ts';
import { FileError } from '../errors.ts';
import { fileStamp, ModelMemo } from '../model-memo.ts';
import { Predictor } from '../predict/predictor.ts';
import { openForAnswers, type Project, templateOf } from '../project.ts';
import { log } from './log.ts';

/** Task files, and models with their sessions, that are kept open. */
const MOST_FILES = 8;
const MOST_PREDICTORS = 2;

/** A task file that can be asked. */
export class OpenedFile {
  readonly project: Project;
  readonly predictor: Predictor;
  private readonly cache: AnswerCache;
  private readonly tasks = new Map<string, TaskAnswers>();

  constructor(project: Project, predictor: Predictor, cache: AnswerCache) {
    this.project = project;
    this.predictor = predictor;
    this.cache = cache;
  }

  /** @throws InputError where the file has no such task */
  answers(taskname: string): TaskAnswers {
    let answers = this.tasks.get(taskname);
    if (!answers) {
      answers = new TaskAnswers(this.project, this.predictor, templateOf(this.project, taskname), this.cache);
      this.tasks.set(taskname, answers);
    }
    return answers;
  }
}

/** Keeps task files open from one request to the next, and opens one anew when anything that it depends on has changed. */
export class OpenedFiles {
  private readonly models = new ModelMemo();
  private readonly cache = new AnswerCache();
  private readonly files = new Map<string, { readonly stamp: string; readonly opened: OpenedFile }>();
  private readonly predictors = new Map<string, Predictor>();

  /** @throws ProblemsFound, FileError, as `openForAnswers` */
  async open({ file, text }: TaskFileReference): Promise<OpenedFile> {
    const own = text ?? (await textOf(file));
    const known = this.files.get(file);
    if (known && known.stamp === (await stampOf(own, known.opened.project, this.models))) return known.opened;
    this.files.delete(file);
    const project = await openForAnswers(file, { text: own, models: this.models, report: log.info });
    const opened = new OpenedFile(project, await this.predictorOf(project), this.cache);
    this.files.set(file, { stamp: await stampOf(own, project, this.models), opened });
    const [oldest] = this.files.keys();
    if (this.files.size > MOST_FILES) this.files.delete(oldest!);
    return opened;
  }

  /** One for each model: sessions take long to make, and hold its weights. */
  async predictorOf({ backbone }: Project): Promise<Predictor> {
    const key = `${backbone.model.fingerprint} ${backbone.model.dir}`;
    const predictor = this.predictors.get(key) ?? new Predictor(backbone);
    this.predictors.delete(key);
    this.predictors.set(key, predictor);
    const [oldest, unused] = [...this.predictors][0]!;
    if (this.predictors.size > MOST_PREDICTORS) {
      this.predictors.delete(oldest);
      for (const [file, { opened }] of this.files) if (opened.predictor === unused) this.files.delete(file);
      await unused.release();
    }
    return predictor;
  }
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw FileError.from(file, 'read', error);
  });
}

/** Changes when the task file, its prompt table or its model does. */
async function stampOf(text: string, { promptTablePath, backbone }: Project, models: ModelMemo): Promise<string> {
  return [await fileStamp(promptTablePath), await models.stamp(backbone.model.dir), text].join('\n');
}
