import type { DeviceName } from '../../../protocol/src/devices.ts';
import type { TaskFileReference } from '../../../protocol/src/task-files.ts';
import { resolveBeside } from '../../../task/src/node-environment.ts';
import { parseTaskFile } from '../../../task/src/parse.ts';
import { type KnownAnswers, TaskAnswers } from '../answer/task-answers.ts';
import { fileStamp, ModelMemo } from '../model-memo.ts';
import { Predictor } from '../predict/predictor.ts';
import { openForAnswers, type Project, templateOf } from '../project.ts';
import { Recent } from '../recent.ts';
import { readTaskText } from '../task-text.ts';
import type { DeviceChoice } from './device-choice.ts';
import { log } from './log.ts';

/** Task files, and models with their sessions, that are kept open. */
const MOST_FILES = 8;
const MOST_PREDICTORS = 2;

/** Answers that are kept: with ten labels each, some 20 MB. */
const MOST_ANSWERS = 20_000;

export type Releasable = Pick<Predictor, 'releaseWhenDone'>;

/** A task file that can be asked. */
class OpenedFile {
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
  readonly device: DeviceName | 'auto' | undefined;
  /** Of its prompt table. */
  readonly tableStamp: string;
}

/** Keeps task files open from one request to the next, and opens one anew when anything that it depends on has changed. */
export class OpenedFiles {
  private readonly devices: DeviceChoice;
  private readonly models = new ModelMemo();
  private readonly answers: KnownAnswers = new Recent(MOST_ANSWERS);
  private readonly files = new Recent<Known>(MOST_FILES);
  private readonly predictors = new Recent<Predictor>(MOST_PREDICTORS);
  /** Those that others have taken the place of. */
  private readonly former = new WeakSet<Releasable>();

  constructor(devices: DeviceChoice) {
    this.devices = devices;
  }

  /** @throws ProblemsFound, FileError, as `openForAnswers`; InputError for a device that does not work */
  async open({ file, text, device }: TaskFileReference): Promise<OpenedFile> {
    const own = text ?? (await readTaskText(file));
    const known = this.files.get(file);
    if (known && known.device === device && (await this.isFresh(known, own))) return known.file;
    const opened = await this.openAnew(file, own, device);
    this.files.set(file, opened);
    return opened.file;
  }

  private async openAnew(file: string, text: string, device: TaskFileReference['device']): Promise<Known> {
    // Before it is read: a table that is replaced meanwhile then counts as changed.
    const tableStamp = await fileStamp(resolveBeside(file, parseTaskFile(text, file).file.prompt_table));
    const project = await openForAnswers(file, { text, models: this.models, report: log.info });
    const predictor = await this.predictorOf(project, device);
    return { file: new OpenedFile(project, predictor, this.answers), text, device, tableStamp };
  }

  private async isFresh({ file, text, device, tableStamp }: Known, now: string): Promise<boolean> {
    const { promptTablePath, backbone } = file.project;
    return (
      text === now &&
      tableStamp === (await fileStamp(promptTablePath)) &&
      (await this.models.isFresh(backbone.model)) &&
      // Which counts as its use: sessions that are asked all the time make no room for those of another model.
      file.predictor === (await this.predictorOf(file.project, device))
    );
  }

  /** One for each model and device: sessions take long to make, and hold its weights. */
  async predictorOf({ backbone }: Project, device: TaskFileReference['device']): Promise<Predictor> {
    const provider = await this.devices.of(device);
    const key = `${provider} ${backbone.model.fingerprint} ${backbone.model.dir}`;
    const known = this.predictors.get(key);
    if (known) return known;
    const predictor = new Predictor(backbone, { provider, notice: log.warning });
    const unused = this.predictors.set(key, predictor);
    if (unused) {
      this.files.forget(({ file }) => file.predictor === unused);
      this.former.add(unused);
      await unused.release();
    }
    return predictor;
  }

  /** For work that let others go first: a predictor whose place they have taken lets go what the work has made of it since. */
  async leave({ predictor }: { readonly predictor: Releasable }): Promise<void> {
    if (this.former.has(predictor)) await predictor.releaseWhenDone();
  }
}
