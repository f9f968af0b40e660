import { readFile } from 'node:fs/promises';
import type { TaskFileReference } from '../../../protocol/src/engine.ts';
import { resolveBeside } from '../../../task/src/node-environment.ts';
import { parseTaskFile } from '../../../task/src/parse.ts';
import { type KnownAnswers, TaskAnswers } from '../answer/task-answers.ts';
import { FileError } from '../errors.ts';
import { fileStamp, ModelMemo } from '../model-memo.ts';
import { Predictor } from '../predict/predictor.ts';
import { openForAnswers, type Project, templateOf } from '../project.ts';
import { Recent } from '../recent.ts';
import { log } from './log.ts';

/** Task files, and models with their sessions, that are kept open. */
const MOST_FILES = 8;
const MOST_PREDICTORS = 2;

/** Answers that are kept: with ten labels each, some 20 MB. */
const MOST_ANSWERS = 20_000;

/** A task file that can be asked. */
export class OpenedFile {
  readonly project: Project;
  readonly predictor: Predictor;
  private readonly known: KnownAnswers;
  private readonly tasks = new Map<string, TaskAnswers>();

  constructor(project: Project, predictor: Predictor, known: KnownAnswers) {
    this.project = project;
    this.predictor = predictor;
    this.known = known;
  }

  /** @throws InputError where the file has no such task */
  answers(taskname: string): TaskAnswers {
    let answers = this.tasks.get(taskname);
    if (!answers) {
      answers = new TaskAnswers(this.project, this.predictor, templateOf(this.project, taskname), this.known);
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
  private readonly answers: KnownAnswers = new Recent(MOST_ANSWERS);
  private readonly files = new Recent<Known>(MOST_FILES);
  private readonly predictors = new Recent<Predictor>(MOST_PREDICTORS);

  /** @throws ProblemsFound, FileError, as `openForAnswers` */
  async open({ file, text }: TaskFileReference): Promise<OpenedFile> {
    const own = text ?? (await textOf(file));
    const known = this.files.get(file);
    if (known && (await this.isFresh(known, own))) return known.file;
    const opened = await this.openAnew(file, own);
    this.files.set(file, opened);
    return opened.file;
  }

  private async openAnew(file: string, text: string): Promise<Known> {
    // Before it is read: a table that is replaced meanwhile then counts as changed.
    const tableStamp = await fileStamp(resolveBeside(file, parseTaskFile(text, file).file.prompt_table));
    const project = await openForAnswers(file, { text, models: this.models, report: log.info });
    return { file: new OpenedFile(project, await this.predictorOf(project), this.answers), text, tableStamp };
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
    const known = this.predictors.get(key);
    if (known) return known;
    const predictor = new Predictor(backbone);
    const unused = this.predictors.set(key, predictor);
    if (unused) {
      this.files.forget(({ file }) => file.predictor === unused);
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
