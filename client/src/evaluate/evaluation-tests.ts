import {
  type CancellationToken,
  type Disposable,
  Location,
  Position,
  type TestController,
  type TestItem,
  TestMessage,
  type TestRun,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  Uri,
  workspace,
} from 'vscode';
import type { EvaluatedParams, EvaluatedRow } from '../../../protocol/src/evaluating.ts';
import { EngineError, reasonOf } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { LanguageServer } from '../language-server.ts';
import { withCut } from '../predictions/prediction-text.ts';
import type { RunQueue, RunRequest } from '../runs/run-queue.ts';
import { findTaskFiles, TASK_FILES } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { type Evaluation, type EvaluationRequest, evaluate } from './evaluation.ts';

/** The tasks of the workspace in the Test Explorer: a file holds tasks, a task its rows, which pass where they are answered right. */
export class EvaluationTests implements Disposable {
  readonly #server: LanguageServer;
  readonly #engine: PredictionEngine;
  readonly #texts: Texts;
  readonly #controller: TestController;
  readonly #disposables: Disposable[];

  constructor(server: LanguageServer, engine: PredictionEngine, queue: Pick<RunQueue, 'listen'>, texts: Texts) {
    this.#server = server;
    this.#engine = engine;
    this.#texts = texts;
    this.#controller = tests.createTestController('ptask', 'ptask');
    this.#controller.resolveHandler = (item) => (item ? this.#findTasks(item) : this.#findFiles());
    this.#controller.refreshHandler = () => this.#refresh();
    this.#controller.createRunProfile(
      texts.t('Evaluate'),
      TestRunProfileKind.Run,
      (request, token) => this.#runTests(request, token),
      true,
    );
    const watcher = workspace.createFileSystemWatcher(TASK_FILES);
    this.#disposables = [
      this.#controller,
      watcher,
      watcher.onDidCreate((uri) => this.#written(uri)),
      watcher.onDidChange((uri) => this.#written(uri)),
      watcher.onDidDelete((uri) => this.#controller.items.delete(uri.toString())),
      // One that is open may be shown as it was when the change on disk is told of.
      workspace.onDidChangeTextDocument(({ document }) => {
        const file = document.isDirty ? undefined : this.#controller.items.get(document.uri.toString());
        if (file) this.#findTasks(file).catch(() => undefined);
      }),
      // Of the files in a folder nothing is told then.
      workspace.onDidChangeWorkspaceFolders(() => {
        if (this.#controller.items.size > 0) this.#refresh().catch(() => undefined);
      }),
      queue.listen(({ request, end }) => {
        if (end) this.#trained(request);
      }),
    ];
  }

  /** The items as they stand, for tests of them. */
  get items(): TestController['items'] {
    return this.#controller.items;
  }

  /**
   * Measures tasks, and shows each row as a test.
   * @throws EngineError, EngineDied
   */
  async evaluate(request: EvaluationRequest, token: CancellationToken): Promise<Evaluation[]> {
    const file = this.#fileItem(Uri.file(request.file));
    await this.#findTasks(file);
    const tasks = tasksUnder(file).filter(({ id }) => request.tasknames.length === 0 || request.tasknames.includes(id));
    const run = this.#controller.createTestRun(new TestRunRequest(tasks));
    try {
      return await this.#measure(run, request, file, token);
    } finally {
      run.end();
    }
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #runTests(request: TestRunRequest, token: CancellationToken): Promise<void> {
    const run = this.#controller.createTestRun(request);
    try {
      if (!workspace.isTrusted) {
        run.appendOutput(`${this.#texts.t('Nothing is evaluated in a workspace that is not trusted.')}\r\n`);
        return;
      }
      await this.#findFiles();
      for (const [file, tasknames] of this.#chosen(request)) {
        if (token.isCancellationRequested) return;
        if (tasknames.size > 0) await this.#testTasks(run, file, tasknames, token);
      }
    } finally {
      run.end();
    }
  }

  /** The tasks that a request is about, by their file. */
  #chosen({ include, exclude }: TestRunRequest): Map<TestItem, Set<string>> {
    const files = new Map<TestItem, Set<string>>();
    const isExcluded = (item: TestItem) => pathOf(item).some((part) => exclude?.includes(part));
    for (const item of include ?? [...this.#controller.items].map(([, file]) => file)) {
      const [file, task] = pathOf(item);
      const chosen = files.get(file!) ?? new Set();
      files.set(file!, chosen);
      for (const one of task ? [task] : tasksUnder(file!)) if (!isExcluded(one)) chosen.add(one.id);
    }
    return files;
  }

  async #testTasks(
    run: TestRun,
    file: TestItem,
    tasknames: ReadonlySet<string>,
    token: CancellationToken,
  ): Promise<void> {
    const request = { file: file.uri!.fsPath, tasknames: [...tasknames], baselines: [] };
    const evaluations = await this.#measure(run, request, file, token).catch((error: unknown) => {
      if (error instanceof EngineError && error.kind === 'cancelled') return [];
      const message = new TestMessage(reasonOf(error, this.#texts.t));
      for (const task of tasksUnder(file)) if (tasknames.has(task.id)) run.errored(task, message);
      return [];
    });
    for (const { task } of evaluations) {
      const item = file.children.get(task.taskname);
      // What is untrained or stale is not measured, nor what has no rows.
      const reason = task.problem ?? ('message' in task.prompt ? task.prompt.message : undefined);
      if (item && reason !== undefined) run.errored(item, new TestMessage(reason));
    }
  }

  async #measure(
    run: TestRun,
    request: EvaluationRequest,
    file: TestItem,
    token: CancellationToken,
  ): Promise<Evaluation[]> {
    const controller = new AbortController();
    const cancelled = [token, run.token].map((each) => each.onCancellationRequested(() => controller.abort()));
    const emptied = new Set<string>();
    const told = ({ taskname, answerer, rows }: EvaluatedParams) => {
      const task = file.children.get(taskname);
      if (!task || answerer !== 'trained') return;
      if (!emptied.has(taskname)) task.children.replace([]);
      emptied.add(taskname);
      for (const row of rows) this.#take(run, task, row);
    };
    try {
      return await evaluate(this.#engine, request, told, controller.signal);
    } finally {
      for (const listener of cancelled) listener.dispose();
    }
  }

  #take(run: TestRun, task: TestItem, { file, line, text, expected, answer, right }: EvaluatedRow): void {
    const uri = Uri.file(file);
    const item = this.#controller.createTestItem(`${uri}#${line}`, text.trim(), uri);
    item.range = new Location(uri, new Position(line, 0)).range;
    item.description = `${workspace.asRelativePath(uri)}:${line + 1}`;
    task.children.add(item);
    if (right) {
      run.passed(item);
      return;
    }
    if (!answer) {
      run.skipped(item);
      return;
    }
    const answered = withCut(answer.text, answer);
    const message = TestMessage.diff(
      this.#texts.t('Answered {0}, expected {1}', answered, expected),
      expected,
      answered,
    );
    message.location = new Location(uri, new Position(line, 0));
    run.failed(item, message);
  }

  /** What other programs bring along is not looked into, as where the files are found at first. */
  #written(uri: Uri): void {
    if (uri.path.includes('/node_modules/')) return;
    const file = this.#fileItem(uri);
    // The server hears of it by itself, but later. Without a language server there are no tests, which is said elsewhere.
    this.#server
      .fileChanged(uri)
      .then(() => this.#findTasks(file))
      .catch(() => undefined);
  }

  async #findFiles(): Promise<void> {
    for (const uri of await findTaskFiles()) await this.#findTasks(this.#fileItem(uri));
  }

  /** What was measured before is not the prompt's that there is now. */
  #trained({ file, tasknames }: Pick<RunRequest, 'file' | 'tasknames'>): void {
    const item = this.#controller.items.get(Uri.file(file).toString());
    const tasks = item ? tasksUnder(item) : [];
    const outdated = tasknames.length === 0 ? tasks : tasks.filter(({ id }) => tasknames.includes(id));
    if (outdated.length > 0) this.#controller.invalidateTestResults(outdated);
  }

  /** Files that have gone with their folder are told by nobody. */
  async #refresh(): Promise<void> {
    const found = new Set((await findTaskFiles()).map((uri) => uri.toString()));
    for (const [id] of [...this.#controller.items]) if (!found.has(id)) this.#controller.items.delete(id);
    await this.#findFiles();
  }

  #fileItem(uri: Uri): TestItem {
    const present = this.#controller.items.get(uri.toString());
    if (present) return present;
    const item = this.#controller.createTestItem(uri.toString(), workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    this.#controller.items.add(item);
    return item;
  }

  /** Makes an item for each task of a file, and keeps those that are there with their rows. */
  async #findTasks(file: TestItem): Promise<void> {
    if (file.parent || !file.uri) return;
    const templates = await this.#server.templates(file.uri);
    const items = templates.map(({ taskname, markers: [marker] }) => {
      const item = file.children.get(taskname) ?? this.#controller.createTestItem(taskname, taskname, file.uri);
      if (marker) item.range = new Location(file.uri!, new Position(marker.start.line, marker.start.character)).range;
      return item;
    });
    file.children.replace(items);
  }
}

function tasksUnder(file: TestItem): TestItem[] {
  return [...file.children].map(([, task]) => task);
}

/** The items from the file down to this one. */
function pathOf(item: TestItem): TestItem[] {
  return item.parent ? [...pathOf(item.parent), item] : [item];
}
