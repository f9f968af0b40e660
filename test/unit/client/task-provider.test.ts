import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { RunQueue, RunRequest } from '../../../client/src/runs/run-queue.ts';
import { registerTaskProvider } from '../../../client/src/runs/task-provider.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => {
  const written: string[] = [];
  const file = (fsPath: string) => ({ scheme: 'file', fsPath });
  return {
    CustomExecution: class {
      readonly open: (definition: object) => Promise<{ open(): void }>;
      constructor(open: (definition: object) => Promise<{ open(): void }>) {
        this.open = open;
      }
    },
    EventEmitter: class {
      fire(text: string) {
        written.push(text);
      }
    },
    written,
    Task: class {
      readonly execution: unknown;
      constructor(...[, , , , execution]: unknown[]) {
        this.execution = execution;
      }
    },
    TaskGroup: { Build: 'build' },
    Uri: { file, joinPath: (base: { fsPath: string }, name: string) => file(`${base.fsPath}/${name}`) },
    tasks: { registerTaskProvider: vi.fn() },
    workspace: { getConfiguration: () => ({ get: (_: string, otherwise: string) => otherwise }) },
  };
});
vi.mock('vscode', () => vscode);

const FOLDER = path.resolve('/w');

/** The run that is asked for, where `tasks.json` has one definition and VS Code has made another of it. */
async function requested(written: object, resolved = written): Promise<RunRequest> {
  const add = vi.fn((request) => ({ id: 1, request }));
  registerTaskProvider({ add, listen: () => ({ dispose() {} }) } as unknown as RunQueue, english);
  const [, provider] = vscode.tasks.registerTaskProvider.mock.lastCall!;
  const task = provider.resolveTask({
    definition: { type: 'ptask', ...written },
    scope: { uri: vscode.Uri.file(FOLDER) },
  });
  const terminal = await task.execution.open({ type: 'ptask', ...resolved });
  terminal.open();
  return add.mock.lastCall![0];
}

const trained = async (written: string, resolved: string) =>
  (await requested({ file: written }, { file: resolved })).file;

it('a task of tasks.json names its file from the workspace folder', async () =>
  expect(await trained('a/news.ptask.json', 'a/news.ptask.json')).toBe(path.join(FOLDER, 'a', 'news.ptask.json')));

it('a task of tasks.json may name it by a variable, whose value may be a whole path', async () => {
  const file = path.join(FOLDER, 'a', 'news.ptask.json');
  const variable = (name: string) => `\${${name}}`;
  expect(await trained(variable('relativeFile'), path.relative(FOLDER, file))).toBe(file);
  expect(await trained(variable('file'), file)).toBe(file);
});

it.each([
  [undefined, []],
  [null, []],
  [
    ['tone', 'topic'],
    ['tone', 'topic'],
  ],
  ['tone', ['tone']],
])('a task of tasks.json whose "tasks" are %j trains %j', async (tasks, tasknames) =>
  expect(await requested({ file: 'news.ptask.json', tasks })).toMatchObject({ tasknames }),
);

it('a name steers no terminal', async () => {
  await trained('\x1b]0;title\x07.ptask.json', '\x1b]0;title\x07.ptask.json');
  expect(vscode.written.at(-1)).toBe('Training  ]0;title \r\n');
});
