import type { Problem } from '../../../protocol/src/problem.ts';
import { checkTaskFile, checkTaskText } from '../../../task/src/check.ts';
import type { TaskContext } from '../../../task/src/context.ts';
import type { DataFacts } from '../../../task/src/data-facts.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import type { Surroundings } from '../../../task/src/rule.ts';
import { concerns, dependenciesOf } from './dependencies.ts';

export interface SessionHost {
  readonly environment: CheckEnvironment;
  pause(): Promise<void>;
  onError(error: unknown): void;
  /** Called when the problems of these files may have changed. */
  onProblems(paths: readonly string[]): void;
  /** Called when a full check has ended that was not given up. */
  onChecked(): void;
}

/** An open task file: its problems, at once those of its text and, from the background, those of all it names. */
export class TaskSession {
  readonly path: string;
  readonly #host: SessionHost;
  #context: TaskContext;
  #problems: ReadonlyMap<string, readonly Problem[]> = new Map();
  #data: DataFacts | undefined;
  #surroundings: Surroundings | undefined;
  #dependencies: ReadonlySet<string>;
  #running: AbortController | undefined;
  #finished: Promise<void> = Promise.resolve();

  constructor(path: string, text: string, host: SessionHost) {
    this.path = path;
    this.#host = host;
    const { context, problems } = checkTaskText(path, text);
    this.#context = context;
    this.#dependencies = dependenciesOf(context, host.environment);
    this.#problems = new Map([[path, problems]]);
  }

  get context(): TaskContext {
    return this.#context;
  }

  /** What the rows said at the last full check; undefined before the first. */
  get data(): DataFacts | undefined {
    return this.#data;
  }

  /** What the model and the prompt table were at the last full check; undefined before the first. */
  get surroundings(): Surroundings | undefined {
    return this.#surroundings;
  }

  /** Whether the problems of data files are those of the present texts. */
  get isSettled(): boolean {
    return this.#running === undefined;
  }

  /** Files that have problems, the task file included. */
  get paths(): string[] {
    return [...this.#problems.keys()];
  }

  problems(path: string): readonly Problem[] {
    return this.#problems.get(path) ?? [];
  }

  /** Paths of everything that the task file names. */
  get dependencies(): ReadonlySet<string> {
    return this.#dependencies;
  }

  dependsOn(path: string): boolean {
    return concerns(this.#dependencies, path);
  }

  /** Takes the text that the editor has now. */
  change(text: string): void {
    const { context, problems } = checkTaskText(this.path, text);
    this.#context = context;
    this.#dependencies = dependenciesOf(context, this.#host.environment);
    // Places of a full check are those of the text before. Problems of data files stay until they are told anew.
    this.#problems = new Map([...this.#problems, [this.path, problems]]);
    this.#host.onProblems([this.path]);
    this.recheck();
  }

  /** Starts a full check in the background and gives up the one that may be running. */
  recheck(): void {
    this.#running?.abort();
    const controller = new AbortController();
    this.#running = controller;
    this.#finished = this.#check(controller);
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

  async #check(controller: AbortController): Promise<void> {
    const { signal } = controller;
    const { path, text } = this.#context;
    try {
      await this.#host.pause();
      if (signal.aborted) return;
      const result = await checkTaskFile({ path, text, environment: this.#host.environment, signal });
      if (signal.aborted) return;
      this.#data = result.data;
      this.#surroundings = result.surroundings;
      this.#finish(byFile(path, result.problems));
    } catch (error) {
      if (signal.aborted) return;
      this.#host.onError(error);
      // What was known of the data and the rest is no longer known to hold.
      this.#data = undefined;
      this.#surroundings = undefined;
      this.#finish(byFile(path, checkTaskText(path, text).problems));
    }
  }

  #finish(problems: ReadonlyMap<string, readonly Problem[]>): void {
    const before = this.paths;
    this.#running = undefined;
    this.#problems = problems;
    this.#host.onProblems([...new Set([...before, ...problems.keys()])]);
    this.#host.onChecked();
  }
}

function byFile(path: string, problems: readonly Problem[]): ReadonlyMap<string, readonly Problem[]> {
  const files = new Map<string, Problem[]>([[path, []]]);
  for (const problem of problems) {
    const known = files.get(problem.file);
    if (known === undefined) files.set(problem.file, [problem]);
    else known.push(problem);
  }
  return files;
}
