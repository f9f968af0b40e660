import { readFile } from 'node:fs/promises';
import type { TaskFileReference } from '../../../protocol/src/engine.ts';
import { resolveBeside } from '../../../task/src/node-environment.ts';
import { parseTaskFile } from '../../../task/src/parse.ts';
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

/** A task file with what it was opened from. */
interface Known {
  readonly file: OpenedFile;
  readonly text: string;
  /** Of its prompt table. */
  readonly tableStamp: string;
}

/** Keeps task files open from one request to the next, and opens one anew when anything that it depends on has changed. */
export class OpenedFiles {
  private readonly models = new ModelMemo();
  private readonly cache = new AnswerCache();
  private readonly files = new Map<string, Known>();
  private readonly predictors = new Map<string, Predictor>();

  /** @throws ProblemsFound, FileError, as `openForAnswers` */
  async open({ file, text }: TaskFileReference): Promise<OpenedFile> {
    const own = text ?? (await textOf(file));
    const known = this.files.get(file);
    this.files.delete(file);
    const opened = known && (await this.isFresh(known, own)) ? known : await this.openAnew(file, own);
    this.files.set(file, opened);
    const [oldest] = this.files.keys();
    if (this.files.size > MOST_FILES) this.files.delete(oldest!);
    return opened.file;
  }

  private async openAnew(file: string, text: string): Promise<Known> {
    // Before it is read: a table that is replaced meanwhile then counts as changed.
    const tableStamp = await fileStamp(resolveBeside(file, parseTaskFile(text, file).file.prompt_table));
    const project = await openForAnswers(file, { text, models: this.models, report: log.info });
    return { file: new OpenedFile(project, await this.predictorOf(project), this.cache), text, tableStamp };
  }

  private async isFresh({ file, text, tableStamp }: Known, now: string): Promise<boolean> {
    const { promptTablePath, backbone } = file.project;
    return (
      text === now &&
      tableStamp === (await fileStamp(promptTablePath)) &&
      (await this.models.isFresh(backbone.model.dir))
    );
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
      for (const [path, { file }] of this.files) if (file.predictor === unused) this.files.delete(path);
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
