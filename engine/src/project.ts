import path from 'node:path';
import { t } from '../../l10n/src/words.ts';
import { ChatEncoder } from '../../model/src/chat/chat-encoder.ts';
import { chatFrameHash } from '../../model/src/chat/chat-template.ts';
import { type ModelFolder, type OpenModelResult, openModelFolder } from '../../model/src/model-folder.ts';
import type { Tokenizer } from '../../model/src/tokenizer.ts';
import type { Problem } from '../../protocol/src/problem.ts';
import { checkTaskFile, checkTaskText, hasErrors, surroundingsOf, TaskCheck } from '../../task/src/check.ts';
import type { ModelFacts, ModelReference } from '../../task/src/environment.ts';
import { modelFacts, prefixIds } from '../../task/src/model-facts.ts';
import { nodeEnvironment, resolveBeside } from '../../task/src/node-environment.ts';
import type { TaskFile, TaskTemplate } from '../../task/src/types.ts';
import { type Backbone, backboneOf } from './backbone/backbone.ts';
import { resolveModel } from './backbone/resolve-model.ts';
import { firstToken, RowTokeniser } from './data/tokenise.ts';
import { InputError } from './errors.ts';
import type { ModelMemo } from './model-memo.ts';
import { ProblemsFound } from './problems-found.ts';
import { type PromptTable, readPromptTable } from './prompt/prompt-table.ts';
import { readTaskText } from './task-text.ts';
import { shortPath } from './text.ts';

/** A task file that has been checked, with its backbone opened. */
export interface Project {
  readonly path: string;
  readonly file: TaskFile;
  readonly backbone: Backbone;
  readonly tokenizer: Tokenizer;
  /** Ids that the backbone wants in front of every prompt. */
  readonly promptPrefix: readonly number[];
  readonly promptTablePath: string;
  readonly promptTable: PromptTable;
}

export interface CheckedProject {
  readonly problems: readonly Problem[];
  /** Undefined where a problem is an error. */
  readonly project: Project | undefined;
}

/**
 * Checks a task file and everything it names, and opens its model.
 * @param tasks that are asked for: where the file has no such task, that is known before a demo model is made
 * @throws FileError when the task file cannot be read; InputError where it has no such task
 */
export async function openProject(
  file: string,
  report?: (message: string) => void,
  tasks: readonly string[] = [],
): Promise<CheckedProject> {
  const taskPath = path.resolve(file);
  const text = await readTaskText(file);
  const own = checkTaskText(file, text);
  // Of a file with errors it cannot be told which tasks it is meant to have.
  if (!hasErrors(own.problems)) for (const task of tasks) templateOf({ path: taskPath, file: own.context.file }, task);
  const models = new ModelOpener(openModelFolder, report);
  const environment = nodeEnvironment({ model: (reference) => models.facts(reference) });
  const result = await checkTaskFile({ path: file, text, environment });
  const opened = models.opened;
  if (hasErrors(result.problems) || !opened) return { problems: result.problems, project: undefined };
  return { problems: result.problems, project: await projectOf(taskPath, result.file, opened) };
}

async function projectOf(taskPath: string, file: TaskFile, opened: OpenedModel): Promise<Project> {
  const promptTablePath = resolveBeside(taskPath, file.prompt_table);
  return {
    path: taskPath,
    file,
    backbone: backboneOf(opened.model),
    tokenizer: opened.tokenizer,
    promptPrefix: opened.prefix,
    promptTablePath,
    promptTable: await readPromptTable(promptTablePath),
  };
}

export interface AnswersOptions {
  /** The text in an editor; the file's own where it is left out. */
  readonly text?: string | undefined;
  /** Models that are kept open from one time to the next. */
  readonly models: ModelMemo;
  readonly report?: (message: string) => void;
}

/** What a prompt's own state tells (`promptOf`), and no reason to answer nothing at all. */
const TOLD_BY_STATE = ['backbone-changed', 'task-not-trained'];

/**
 * A task file whose tasks are to be asked, not trained: its data is not looked at, and a prompt that no longer fits is no
 * error.
 * @throws ProblemsFound where anything else is wrong with it; FileError when it cannot be read
 */
export async function openForAnswers(file: string, { text, models, report }: AnswersOptions): Promise<Project> {
  const taskPath = path.resolve(file);
  const own = checkTaskText(file, text ?? (await readTaskText(file)));
  const opener = new ModelOpener((dir) => models.open(dir), report);
  const environment = nodeEnvironment({ model: (reference) => opener.facts(reference) });
  const surroundings = await surroundingsOf(own.meant, environment);
  const verdict = new TaskCheck().judge({ ...own, surroundings, files: undefined });
  const problems = [...verdict.problems.values()].flat().filter(({ code }) => !TOLD_BY_STATE.includes(code));
  if (hasErrors(problems) || !opener.opened) throw new ProblemsFound(problems);
  return projectOf(taskPath, own.context.file, opener.opened);
}

/**
 * A task file that is to be run as it is.
 * @throws ProblemsFound where it has an error; FileError when it cannot be read
 */
export async function openForRun(file: string, report?: (message: string) => void): Promise<Project> {
  return requireSound(await openProject(file, report));
}

/** @throws ProblemsFound where a problem is an error */
export function requireSound({ problems, project }: CheckedProject): Project {
  if (!project) throw new ProblemsFound(problems);
  return project;
}

/** Tokens of training rows that are shown in front of every row. */
export interface Shots {
  readonly ids: readonly number[];
  /** What ends an answer, as it does in these rows; undefined where the model's own end does. */
  readonly end: readonly number[] | undefined;
}

const NO_SHOTS: Shots = { ids: [], end: undefined };

/**
 * How rows of a template become tokens for this project's backbone.
 * @throws InputError where a first or end token is asked for that the backbone has no embedding of
 */
export function rowTokeniser(project: Project, template: TaskTemplate, shots = NO_SHOTS): RowTokeniser {
  const { add_eos } = project.file.data;
  const { eosId } = project.tokenizer;
  const [bosId] = firstToken(project.file.data, project.tokenizer);
  const { vocabSize } = project.backbone.model.config;
  const outside = (id: number | undefined) => id !== undefined && id >= vocabSize;
  const key = outside(bosId) ? 'add_bos' : add_eos && outside(eosId) ? 'add_eos' : undefined;
  if (key) {
    const id = key === 'add_bos' ? bosId : eosId;
    throw new InputError(
      t(
        '{0}: "{1}" needs token {2}, but the model has only {3} tokens; correct its config.json or set "{4}" to false',
        project.backbone.model.dir,
        key,
        id!,
        vocabSize,
        key,
      ),
    );
  }
  return new RowTokeniser(
    template,
    project.file.data,
    project.tokenizer,
    [...project.promptPrefix, ...shots.ids],
    project.backbone.model.config.maxPositions,
    chatOf(project, template, shots.ids.length > 0 ? 'later' : 'first'),
    shots.end,
  );
}

/**
 * The model's chat template, where a task's template asks for it.
 * @throws InputError where the model has none that can be used
 */
export function chatOf(
  { tokenizer, backbone }: Project,
  { chat }: TaskTemplate,
  turn: 'first' | 'later',
): ChatEncoder | undefined {
  if (!chat) return undefined;
  const reading = tokenizer.chat?.();
  if (reading?.kind === 'ok') return new ChatEncoder(reading.frame, tokenizer, turn);
  const { dir } = backbone.model;
  throw new InputError(
    reading
      ? t('{0}: "chat" needs a model for chats, and its chat template cannot be used: {1}', dir, reading.reason)
      : t('{0}: "chat" needs a model for chats, and it has no chat template', dir),
  );
}

/** What a prompt's record says of the model's chat template; undefined where it has none that can be used. */
export function chatFrameOf({ tokenizer }: Project): string | undefined {
  const reading = tokenizer.chat?.();
  return reading?.kind === 'ok' ? chatFrameHash(reading.frame) : undefined;
}

/** @throws InputError where the file has no such template */
export function templateOf({ path, file }: Pick<Project, 'path' | 'file'>, taskname: string): TaskTemplate {
  const template = file.task_templates.find((candidate) => candidate.taskname === taskname);
  if (!template) {
    const names = file.task_templates.map((known) => known.taskname).join(', ');
    throw new InputError(t("{0} has no task '{1}'; it has {2}", shortPath(path), taskname, names));
  }
  return template;
}

/** The templates of the tasks that are named, or of all that the file trains or keeps. @throws as `templateOf` */
export function tasksOf(project: Project, names: readonly string[]): TaskTemplate[] {
  const { new_tasks, existing_tasks } = project.file;
  const wanted = new Set(names.length > 0 ? names : [...existing_tasks, ...new_tasks]);
  return [...wanted].map((name) => templateOf(project, name));
}

export function dataPaths(project: Project, files: readonly string[]): string[] {
  return files.map((file) => resolveBeside(project.path, file));
}

interface OpenedModel {
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  readonly prefix: readonly number[];
}

/** Opens the model that a task file names, once, and tells the rules what they ask of it. */
class ModelOpener {
  opened: OpenedModel | undefined;
  private readonly open: (dir: string) => Promise<OpenModelResult>;
  private readonly report: ((message: string) => void) | undefined;

  constructor(open: (dir: string) => Promise<OpenModelResult>, report: ((message: string) => void) | undefined) {
    this.open = open;
    this.report = report;
  }

  async facts({ model: spec, taskFile, language }: ModelReference): Promise<ModelFacts> {
    const resolved = await resolveModel(spec, path.dirname(taskFile), this.report ? { report: this.report } : {});
    if (resolved.kind === 'not-found') return { kind: 'not-found', missing: [], absent: resolved.problem };
    const result = await this.open(resolved.dir);
    const facts = await modelFacts(result, language);
    if (result.kind === 'ok' && facts.kind === 'ok') {
      const { model } = result;
      const tokenizer = await model.loadTokenizer();
      this.opened = { model, tokenizer, prefix: prefixIds(model, tokenizer, language) };
    }
    return facts;
  }
}
