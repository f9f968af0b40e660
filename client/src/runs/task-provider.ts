import path from 'node:path';
import {
  CustomExecution,
  type Disposable,
  EventEmitter,
  type Pseudoterminal,
  Task,
  type TaskDefinition,
  TaskGroup,
  tasks,
  Uri,
  type WorkspaceFolder,
  workspace,
} from 'vscode';
import { epochPoint } from '../chart/chart-run.ts';
import { withoutIsolates } from '../right-to-left.ts';
import { findTaskFiles } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import type { RunQueue, WindowRun } from './run-queue.ts';
import { endMessage, epochText, progressText, runName } from './run-text.ts';
import { deviceOf } from './train-command.ts';

const TYPE = 'ptask';

/** A task of VS Code that trains: in `tasks.json`, as a build task, or from the list of tasks. */
interface TrainDefinition extends TaskDefinition {
  readonly type: typeof TYPE;
  /** The task file: a path from the workspace folder, or a whole one. */
  readonly file: string;
  /** A text is the name of the only one. All new tasks of the file where it is left out. */
  readonly tasks?: readonly string[] | string;
}

/** Nothing has checked what `tasks.json` says: a name that is none is refused by the engine. */
function tasknamesOf({ tasks }: TrainDefinition): string[] {
  return [tasks ?? []].flat().map(String);
}

export function registerTaskProvider(queue: RunQueue, texts: Texts): Disposable {
  return tasks.registerTaskProvider(TYPE, {
    async provideTasks() {
      const files = await findTaskFiles();
      return files.flatMap((uri) => {
        const folder = workspace.getWorkspaceFolder(uri);
        if (!folder) return [];
        const file = path.relative(folder.uri.fsPath, uri.fsPath).split(path.sep).join('/');
        return [trainTaskOf({ type: TYPE, file }, folder, queue, texts)];
      });
    },
    resolveTask(task) {
      const definition = task.definition as TrainDefinition;
      const folder = typeof task.scope === 'object' ? task.scope : workspace.workspaceFolders?.[0];
      return folder && typeof definition.file === 'string' ? trainTaskOf(definition, folder, queue, texts) : undefined;
    },
  });
}

function trainTaskOf(definition: TrainDefinition, folder: WorkspaceFolder, queue: RunQueue, texts: Texts): Task {
  // What it is run with has the variables of `tasks.json` replaced, such as `${relativeFile}`.
  const execution = new CustomExecution(
    async (resolved) => new RunTerminal(resolved as TrainDefinition, folder, queue, texts),
  );
  // It is the task's label in a `tasks.json` that VS Code writes.
  const name = withoutIsolates(texts.t('train {0}', tasknamesOf(definition).join(', ') || definition.file));
  const task = new Task(definition, folder, name, TYPE, execution);
  task.group = TaskGroup.Build;
  return task;
}

/** A window that closes ends its terminals before its extensions, which hand their runs over to the next window. */
const WINDOW_CLOSES_MS = 1000;

/** A run as a terminal: a line for each epoch. Closing it pauses the run. */
class RunTerminal implements Pseudoterminal {
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly #definition: TrainDefinition;
  readonly #folder: WorkspaceFolder;
  readonly #queue: RunQueue;
  readonly #texts: Texts;
  #run: WindowRun | undefined;
  #listener: { dispose(): void } | undefined;

  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;

  constructor(definition: TrainDefinition, folder: WorkspaceFolder, queue: RunQueue, texts: Texts) {
    this.#definition = definition;
    this.#folder = folder;
    this.#queue = queue;
    this.#texts = texts;
  }

  open(): void {
    // A variable such as `${file}` is a whole path.
    const file = Uri.file(path.resolve(this.#folder.uri.fsPath, this.#definition.file));
    this.#listener = this.#queue.listen((run, { epochs, notices }) => {
      if (run.id !== this.#run?.id) return;
      for (const notice of notices) this.#say(notice);
      for (const epoch of epochs) {
        this.#say(`${progressText(run, this.#texts)}: ${epochText(epochPoint(epoch, 0), this.#texts)}`);
      }
      if (run.end) this.#end(run);
    });
    this.#run = this.#queue.add({
      file: file.fsPath,
      tasknames: tasknamesOf(this.#definition),
      resume: false,
      device: deviceOf(file),
    });
    this.#say(this.#texts.t('Training {0}', runName(this.#run.request)));
  }

  close(): void {
    this.#listener?.dispose();
    const run = this.#run;
    if (run && !run.end) setTimeout(() => this.#queue.stop(run.id, 'pause'), WINDOW_CLOSES_MS);
  }

  #end(run: WindowRun): void {
    this.#listener?.dispose();
    const end = run.end!;
    const message = endMessage(runName(run.request), end, this.#texts);
    if (message) this.#say(message.text);
    this.#close.fire(end.outcome === 'done' ? 0 : 1);
  }

  #say(line: string): void {
    // What would steer the terminal in a name that comes with a task file, such as an escape sequence, is no part of it here.
    this.#write.fire(`${withoutIsolates(line).replaceAll(/\p{Cc}+/gu, ' ')}\r\n`);
  }
}
