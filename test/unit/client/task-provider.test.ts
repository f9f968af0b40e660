import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { RunQueue, type RunRequest } from '../../../client/src/runs/run-queue.ts';
import { registerTaskProvider } from '../../../client/src/runs/task-provider.ts';
import { eventually } from '../../eventually.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => {
  const written: (string | number)[] = [];
  const file = (fsPath: string) => ({ scheme: 'file', fsPath });
  return {
    CustomExecution: class {
      readonly open: (definition: object) => Promise<{ open(): void }>;
      constructor(open: (definition: object) => Promise<{ open(): void }>) {
        this.open = open;
      }
    },
    EventEmitter: class {
      fire(text: string | number) {
        written.push(text);
      }
    },
    written,
    Task: class {
      readonly definition: unknown;
      readonly name: unknown;
      readonly execution: unknown;
      constructor(...[definition, , name, , execution]: unknown[]) {
        this.definition = definition;
        this.name = name;
        this.execution = execution;
      }
    },
    TaskGroup: { Build: 'build' },
    Uri: { file, joinPath: (base: { fsPath: string }, name: string) => file(`${base.fsPath}/${name}`) },
    tasks: { registerTaskProvider: vi.fn() },
    workspace: {
      findFiles: vi.fn(),
      getConfiguration: () => ({ get: (_: string, otherwise: string) => otherwise }),
      getWorkspaceFolder: ({ fsPath }: { fsPath: string }) =>
        fsPath.startsWith(vscode.folder) ? { uri: file(vscode.folder) } : undefined,
    },
    folder: '',
  };
});
vi.mock('vscode', () => vscode);

const FOLDER = path.resolve('/w');
vscode.folder = FOLDER;

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

it('there is a task for each task file of the workspace, by its path from its folder', async () => {
  registerTaskProvider({} as RunQueue, english);
  const [, provider] = vscode.tasks.registerTaskProvider.mock.lastCall!;
  const files = [path.join(FOLDER, 'a', 'news.ptask.json'), path.resolve('/elsewhere/b.ptask.json')];
  vscode.workspace.findFiles.mockResolvedValue(files.map(vscode.Uri.file));
  expect(await provider.provideTasks()).toMatchObject([
    { name: 'train a/news.ptask.json', definition: { type: 'ptask', file: 'a/news.ptask.json' } },
  ]);
  expect(provider.resolveTask({ definition: { type: 'ptask' }, scope: { uri: vscode.Uri.file(FOLDER) } })).toBe(
    undefined,
  );
});

describe('the terminal of a run', () => {
  /** A terminal with its run, which tells what it is told to. */
  async function opened() {
    let news: (training: object) => void = () => undefined;
    let end: (result: object) => void = () => undefined;
    const queue = new RunQueue((_, listener) => {
      news = listener as typeof news;
      const result = new Promise((resolve) => {
        end = resolve;
      });
      return { result: result as never, stop() {}, kill() {} };
    });
    registerTaskProvider(queue, english);
    const [, provider] = vscode.tasks.registerTaskProvider.mock.lastCall!;
    const definition = { type: 'ptask', file: 'news.ptask.json', tasks: 'tone' };
    const task = provider.resolveTask({ definition, scope: { uri: vscode.Uri.file(FOLDER) } });
    const terminal = await task.execution.open(definition);
    vscode.written.length = 0;
    terminal.open();
    return {
      terminal,
      queue,
      tell: (...events: object[]) => news({ token: '', events }),
      end: (result: object) => end(result),
    };
  }
  const epoch = { event: 'epoch', epoch: 1, train_loss: 0.5, validation_loss: null, validation: {}, best: true };

  it('has a line for each epoch and notice of its own run, and ends with it', async () => {
    const { queue, tell, end } = await opened();
    queue.add({ file: '/w/other.ptask.json', tasknames: ['other'], resume: false, device: 'auto' });
    tell({ event: 'start', run: '/r', device: 'cpu' }, { event: 'notice', message: 'memory is short' }, epoch);
    end({ outcome: 'done', run: '/r', promptTable: '', stoppedEarly: false, tasks: [] });
    await eventually(() => expect(vscode.written).toHaveLength(5));
    expect(vscode.written).toEqual([
      'Training tone\r\n',
      'memory is short\r\n',
      'training: training loss 0.500\r\n',
      expect.stringMatching(/^tone is trained/),
      // How it has ended.
      0,
    ]);
    tell({ event: 'start', run: '/r2', device: 'cpu' }, epoch);
    expect(vscode.written).toHaveLength(5);
  });

  it('that is closed pauses its run, unless the window closes with it or the run has ended', async () => {
    for (const hasEnded of [false, true]) {
      const { terminal, queue, tell, end } = await opened();
      tell({ event: 'start', run: '/r', device: 'cpu' });
      const stop = vi.spyOn(queue, 'stop');
      if (hasEnded) {
        end({ outcome: 'cancelled', run: '/r', promptTable: '', tasks: [] });
        await eventually(() => expect(queue.open).toEqual([]));
        expect(vscode.written.at(-1)).toBe(1);
      }
      vi.useFakeTimers();
      terminal.close();
      vi.advanceTimersByTime(900);
      expect(stop).not.toHaveBeenCalled();
      vi.advanceTimersByTime(200);
      vi.useRealTimers();
      expect(stop).toHaveBeenCalledTimes(hasEnded ? 0 : 1);
    }
  });
});
