import type { Problem } from '../../../protocol/src/problem.ts';
import { type CheckedText, checkTaskText, surroundingsOf, TaskCheck, usable } from '../../../task/src/check.ts';
import type { TaskContext } from '../../../task/src/context.ts';
import { namedFiles, withReading } from '../../../task/src/data/data-files.ts';
import type { IndexedFile } from '../../../task/src/data/gather-facts.ts';
import { ChangedOnDisk } from '../../../task/src/data/read-rows.ts';
import { RestlessFiles } from '../../../task/src/data/restless-files.ts';
import type { OpenWork } from '../../../task/src/data/row-round.ts';
import { Work } from '../../../task/src/data/work.ts';
import type { DataFacts } from '../../../task/src/data-facts.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import type { Surroundings } from '../../../task/src/rule.ts';
import type { DataFiles } from './data-files.ts';
import { concerns, dataPathsOf, surroundingPathsOf } from './dependencies.ts';

export interface SessionHost {
  readonly environment: CheckEnvironment;
  readonly dataFiles: DataFiles;
  /** Waits for the turn of this task file's background work, and calls `take` when it has come. */
  turn(take: () => void): Promise<void>;
  breathe(): Promise<void>;
  onError(error: unknown): void;
  /** Called when the problems of these files may have changed. */
  onProblems(paths: readonly string[]): void;
  /** Called when nothing is left to be found out. */
  onChecked(): void;
}

/**
 * A task file: its problems, as far as they are known. Those of its text are known at once, and so are those of its data
 * where no row has to be read for them; the rest comes from the background. All that is told is true of the present texts.
 */
export class TaskSession {
  readonly path: string;
  readonly #host: SessionHost;
  readonly #check = new TaskCheck();
  #text: CheckedText;
  #problems: ReadonlyMap<string, readonly Problem[]> = new Map();
  #data: DataFacts | undefined;
  /** The key names what they were asked for. */
  #surroundings: { key: string; found: Surroundings } | undefined;
  #dataPaths: ReadonlySet<string> = new Set();
  #surroundingPaths: ReadonlySet<string> = new Set();
  #running: AbortController | undefined;
  /** The run whose turn has come. */
  #atWork: AbortController | undefined;
  #finished: Promise<void> = Promise.resolve();

  constructor(path: string, text: string, host: SessionHost) {
    this.path = path;
    this.#host = host;
    this.#text = checkTaskText(path, text);
    this.#findPaths();
  }

  get context(): TaskContext {
    return this.#text.context;
  }

  /** What the rows say, or said when all of them were last known; undefined before. */
  get data(): DataFacts | undefined {
    return this.#data;
  }

  /** What the model and the prompt table are; undefined while that is not known. */
  get surroundings(): Surroundings | undefined {
    return this.#surroundings && usable(this.#surroundings.found);
  }

  /** Whether all problems are known. */
  get isSettled(): boolean {
    return this.#running === undefined;
  }

  /** Whether background work is being done, not only waited with. */
  get isAtWork(): boolean {
    return this.#atWork !== undefined;
  }

  /** Files that have problems, the task file included. */
  get paths(): string[] {
    return [...this.#problems.keys()];
  }

  /** The data files that the task file names. */
  get dataPaths(): ReadonlySet<string> {
    return this.#dataPaths;
  }

  /** Whether each of them was there at last. */
  get hasAllData(): boolean {
    return this.#data?.files.every(({ state }) => state === 'read') ?? true;
  }

  problems(path: string): readonly Problem[] {
    return this.#problems.get(path) ?? NO_PROBLEMS;
  }

  /** Paths of everything that the task file names. */
  get dependencies(): ReadonlySet<string> {
    return new Set([...this.#dataPaths, ...this.#surroundingPaths]);
  }

  /** Paths of what it names and that is known not to be there, or could not be read. */
  get unread(): readonly string[] {
    const data = [...this.#dataPaths].filter((path) => (this.#host.dataFiles.get(path)?.state ?? 'read') !== 'read');
    const { model, promptTable } = this.#surroundings?.found ?? {};
    const isUsable = (model?.kind ?? 'ok') === 'ok' && promptTable?.broken === undefined;
    return isUsable ? data : [...data, ...this.#surroundingPaths];
  }

  /** Takes the text that the editor has now. */
  change(text: string): void {
    this.#text = checkTaskText(this.path, text);
    this.#findPaths();
    this.recheck();
  }

  /** Says that something that the task file names is another one now. */
  changedBeside(path: string): void {
    if (concerns(this.#surroundingPaths, path)) this.#surroundings = undefined;
    this.recheck();
  }

  /** Tells what is known now, and has the rest found out in the background. */
  recheck(): void {
    this.#running?.abort();
    this.#running = undefined;
    if (this.#surroundings !== undefined && this.#surroundings.key !== surroundingsKey(this.#text.meant)) {
      this.#surroundings = undefined;
    }
    const { isComplete } = this.#judge();
    if (isComplete && this.#surroundings !== undefined) {
      this.#host.onChecked();
      return;
    }
    const controller = new AbortController();
    this.#running = controller;
    this.#finished = this.#run(controller);
  }

  dispose(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  /** Resolves when the last check that was started has ended, and every one that was started meanwhile. */
  async settled(): Promise<void> {
    let awaited: Promise<void>;
    do {
      awaited = this.#finished;
      await awaited;
    } while (awaited !== this.#finished);
  }

  #findPaths(): void {
    const { environment } = this.#host;
    this.#dataPaths = new Set(dataPathsOf(this.#text.meant, environment));
    this.#surroundingPaths = new Set(surroundingPathsOf(this.#text.meant, environment));
  }

  /** Every data file; undefined while one of them has not been read. */
  #files(): IndexedFile[] | undefined {
    const files: IndexedFile[] = [];
    for (const file of namedFiles(this.#text.meant, this.#host.environment)) {
      const reading = this.#host.dataFiles.get(file.path);
      if (reading === undefined) return undefined;
      files.push(withReading(file, reading));
    }
    return files;
  }

  #judge(): { isComplete: boolean; open: OpenWork | undefined } {
    const files = this.#files();
    const { problems, data, open } = this.#check.judge({
      ...this.#text,
      surroundings: this.#surroundings?.found,
      files,
    });
    const before = this.paths;
    this.#problems = problems;
    this.#data = data ?? this.#data;
    this.#host.onProblems([...new Set([...before, ...problems.keys()])]);
    return { isComplete: open === undefined && this.#duePaths().length === 0, open };
  }

  async #run(controller: AbortController): Promise<void> {
    const { signal } = controller;
    try {
      await this.#host.turn(() => {
        // A run that took its place may have begun by now.
        if (!signal.aborted) this.#atWork = controller;
      });
      if (signal.aborted) return;
      // A model may take long to open; what the rows say does not wait for it.
      await Promise.all([this.#findSurroundings(signal), this.#work(signal, true)]);
      await this.#work(signal, false);
    } catch (error) {
      if (!signal.aborted) this.#host.onError(error);
    } finally {
      if (this.#atWork === controller) this.#atWork = undefined;
    }
    if (signal.aborted) return;
    this.#running = undefined;
    this.#host.onChecked();
  }

  async #findSurroundings(signal: AbortSignal): Promise<void> {
    if (this.#surroundings !== undefined) return;
    const found = await surroundingsOf(this.#text.meant, this.#host.environment);
    if (signal.aborted) return;
    this.#surroundings = { key: surroundingsKey(this.#text.meant), found };
    this.#judge();
  }

  /** Reads what has to be read, and tells more problems after each step. */
  async #work(signal: AbortSignal, isQuickOnly: boolean): Promise<void> {
    const { dataFiles, environment, breathe } = this.#host;
    const work = new Work({ signal, breathe });
    const restless = new RestlessFiles();
    while (!signal.aborted) {
      const due = this.#duePaths();
      for (const path of due) await dataFiles.load(path);
      if (signal.aborted) return;
      if (due.length > 0) continue;
      const { open } = this.#judge();
      if (open === undefined || (isQuickOnly && open.isSlow)) return;
      try {
        await this.#check.work(open, environment, work);
      } catch (error) {
        if (!(error instanceof ChangedOnDisk)) throw error;
        if (restless.isGivenUp(error.path)) dataFiles.giveUp(error.path);
        else dataFiles.changedOnDisk(error.path);
      }
    }
  }

  /** The data files that are to be read yet. */
  #duePaths(): string[] {
    const { dataFiles, environment } = this.#host;
    const paths = namedFiles(this.#text.meant, environment).map(({ path }) => path);
    return paths.filter((path) => dataFiles.isDue(path));
  }
}

const NO_PROBLEMS: readonly Problem[] = [];

/** All that the answers about model and prompt table depend on, but for the files themselves. */
function surroundingsKey(context: TaskContext): string {
  const { model, language, prompt_table } = context.file;
  return JSON.stringify([context.given('model') === undefined ? null : model, language, prompt_table]);
}
