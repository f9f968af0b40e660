import { beforeEach, expect, it, vi } from 'vitest';
import { EvaluationTests } from '../../../client/src/evaluate/evaluation-tests.ts';
import type { RunListener, WindowRun } from '../../../client/src/runs/run-queue.ts';
import { StoredRuns } from '../../../client/src/runs/stored-runs.ts';
import { eventually } from '../../eventually.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => {
  const disposable = { dispose: () => undefined };
  const never = () => disposable;
  class Items {
    readonly #items = new Map<string, Item>();
    readonly #parent: Item | undefined;
    constructor(parent?: Item) {
      this.#parent = parent;
    }
    get = (id: string) => this.#items.get(id);
    add(item: Item): void {
      item.parent = this.#parent;
      this.#items.set(item.id, item);
    }
    delete = (id: string) => void this.#items.delete(id);
    replace(items: Item[]): void {
      this.#items.clear();
      for (const item of items) this.add(item);
    }
    get size(): number {
      return this.#items.size;
    }
    [Symbol.iterator] = () => this.#items[Symbol.iterator]();
  }
  class Item {
    readonly id: string;
    readonly uri: object;
    readonly label: string;
    readonly children = new Items(this);
    parent: Item | undefined;
    constructor(id: string, label: string, uri: object) {
      this.id = id;
      this.label = label;
      this.uri = uri;
    }
  }
  const run = {
    end: () => undefined,
    errored: vi.fn(),
    passed: vi.fn(),
    failed: vi.fn(),
    skipped: vi.fn(),
    token: { onCancellationRequested: never },
  };
  const controller = {
    items: new Items(),
    createTestItem: (id: string, label: string, uri: object) => new Item(id, label, uri),
    createRunProfile: vi.fn(),
    createTestRun: () => run,
    invalidateTestResults: vi.fn(),
  } as never as Record<'refreshHandler' | 'resolveHandler', () => Promise<void>> &
    Record<'createRunProfile' | 'invalidateTestResults', ReturnType<typeof vi.fn>> & { readonly items: Items };
  const folders: (() => void)[] = [];
  const deleted = new Map<string, () => void>();
  const changed = new Map<string, (uri: object) => void>();
  const texts: ((change: { document: object }) => void)[] = [];
  return {
    controller,
    run,
    folders,
    deleted,
    changed,
    texts,
    TestMessage: class {
      readonly message: string;
      constructor(message: string) {
        this.message = message;
      }
      static diff(message: string, expected: string, actual: string): object {
        return { message, expected, actual };
      }
    },
    Location: class {
      readonly range: object;
      constructor(_: object, range: object) {
        this.range = range;
      }
    },
    Position: class {
      readonly line: number;
      constructor(line: number) {
        this.line = line;
      }
    },
    EventEmitter: class {
      event = never;
      fire = vi.fn();
      dispose = () => undefined;
    },
    Uri: { file: (fsPath: string) => ({ toString: () => `file://${fsPath}` }) },
    TestRunProfileKind: { Run: 1 },
    tests: { createTestController: () => controller },
    workspace: {
      isTrusted: true,
      findFiles: vi.fn(),
      asRelativePath: String,
      onDidGrantWorkspaceTrust: never,
      onDidOpenTextDocument: never,
      onDidChangeTextDocument: (listener: (change: { document: object }) => void) => {
        texts.push(listener);
        return disposable;
      },
      onDidChangeWorkspaceFolders: (listener: () => void) => {
        folders.push(listener);
        return disposable;
      },
      createFileSystemWatcher: (pattern: string) => ({
        ...disposable,
        onDidCreate: never,
        onDidChange: (listener: (uri: object) => void) => {
          changed.set(pattern, listener);
          return disposable;
        },
        onDidDelete: (listener: () => void) => {
          deleted.set(pattern, listener);
          return disposable;
        },
      }),
    },
  };
});
vi.mock('vscode', () => vscode);

const uri = (fsPath: string) => ({ fsPath, path: fsPath, toString: () => `file://${fsPath}` });
const found = (...files: string[]) => vscode.workspace.findFiles.mockResolvedValue(files.map(uri));
const shown = () => [...vscode.controller.items].map(([id]) => id);
beforeEach(() => {
  vi.clearAllMocks();
  vscode.controller.items.replace([]);
});

const listeners: RunListener[] = [];
const listen = (listener: RunListener) => {
  listeners.push(listener);
  return { dispose: () => undefined };
};

/** The Test Explorer has been opened, and found task files of two tasks each. */
async function open(...tasks: object[]) {
  const engine = { request: vi.fn(async (..._: unknown[]) => ({ tasks })) };
  const server = { templates: async () => ['a', 'b'].map((taskname) => ({ taskname, markers: [] })) };
  new EvaluationTests(server as never, engine as never, { listen }, english);
  await vscode.controller.resolveHandler();
  return engine;
}

it('tests of task files that have gone with their folder go when they are refreshed', async () => {
  found('/w/one.ptask.json', '/w/old/two.ptask.json');
  await open();
  found('/w/one.ptask.json');
  await vscode.controller.refreshHandler();
  expect(shown()).toEqual(['file:///w/one.ptask.json']);
});

it('tests follow the folders of the workspace', async () => {
  found('/w/one.ptask.json');
  await open();
  found('/v/two.ptask.json');
  vscode.folders.at(-1)!();
  await eventually(() => expect(shown()).toEqual(['file:///v/two.ptask.json']));
});

it('tests are those of the file as it is now, where another program has written it, be it open or not', async () => {
  found('/w/one.ptask.json');
  let onDisk = 'a';
  let known = 'a';
  const server = {
    async fileChanged() {
      known = onDisk;
    },
    templates: async () => [{ taskname: known, markers: [] }],
  };
  new EvaluationTests(server as never, {} as never, { listen }, english);
  await vscode.controller.resolveHandler();
  const tasks = () => [...vscode.controller.items.get('file:///w/one.ptask.json')!.children].map(([id]) => id);
  expect(tasks()).toEqual(['a']);
  onDisk = 'b';
  vscode.changed.get('**/*.ptask.json')!(uri('/w/one.ptask.json'));
  await eventually(() => expect(tasks()).toEqual(['b']));
  // The editor has taken what is on disk.
  known = 'c';
  vscode.texts.at(-1)!({ document: { uri: uri('/w/one.ptask.json'), isDirty: false } });
  await eventually(() => expect(tasks()).toEqual(['c']));
});

it('what the user has hidden is not evaluated with all others, be it a task or a whole file', async () => {
  found('/w/one.ptask.json', '/w/two.ptask.json');
  const engine = await open();
  const [one, two] = [...vscode.controller.items].map(([, item]) => item);
  const [, , runTests] = vscode.controller.createRunProfile.mock.lastCall!;
  await runTests({ exclude: [one, two!.children.get('a')] }, { onCancellationRequested: () => ({ dispose() {} }) });
  const asked = engine.request.mock.calls.map(([, params]) => params);
  expect(asked).toMatchObject([{ file: '/w/two.ptask.json', tasknames: ['b'] }]);
});

it('of a task that is not trained the tests say so', async () => {
  found('/w/one.ptask.json');
  await open({ taskname: 'b', prompt: { state: 'untrained', key: '', message: 'b has not been trained' } });
  const [, , runTests] = vscode.controller.createRunProfile.mock.lastCall!;
  await runTests({}, { onCancellationRequested: () => ({ dispose() {} }) });
  expect(vscode.run.errored.mock.calls).toMatchObject([[{ id: 'b' }, { message: 'b has not been trained' }]]);
});

it('rows pass where they are answered right, and take the place of those of the time before', async () => {
  found('/w/one.ptask.json');
  const row = (line: number, text: string, answer: string | undefined) => ({
    file: '/w/test.jsonl',
    line,
    text: ` ${text} `,
    expected: 'glad',
    answer:
      answer === undefined
        ? undefined
        : { text: answer, candidates: undefined, cut: answer === 'gl', right: undefined },
    right: answer === 'glad',
  });
  const rows = [row(0, 'Hej', 'glad'), row(2, 'Usch', 'gl'), row(5, 'Lång', undefined)];
  const engine = {
    async request(
      _: string,
      { token }: { token: string },
      { listen }: { listen: { evaluated(params: object): void } },
    ) {
      const params = { token, taskname: 'b', done: 1, total: 3 };
      listen.evaluated({ ...params, answerer: 'zero', rows: [row(9, 'Utan', 'glad')] });
      for (const each of rows) listen.evaluated({ ...params, answerer: 'trained', rows: [each] });
      return { tasks: [{ taskname: 'b', prompt: { state: 'current' } }] };
    },
  };
  const server = { templates: async () => [{ taskname: 'b', markers: [] }] };
  new EvaluationTests(server as never, engine as never, { listen }, english);
  const [, , runTests] = vscode.controller.createRunProfile.mock.lastCall!;
  for (let time = 0; time < 2; time++) {
    await runTests({}, { onCancellationRequested: () => ({ dispose() {} }) });
    const task = vscode.controller.items.get('file:///w/one.ptask.json')!.children.get('b')!;
    expect([...task.children].map(([id, item]) => [id, (item as unknown as { label: string }).label])).toEqual([
      ['file:///w/test.jsonl#0', 'Hej'],
      ['file:///w/test.jsonl#2', 'Usch'],
      ['file:///w/test.jsonl#5', 'Lång'],
    ]);
  }
  const { passed, failed, skipped, errored } = vscode.run;
  expect(passed.mock.calls).toMatchObject([[{ label: 'Hej' }], [{ label: 'Hej' }]]);
  expect(failed.mock.lastCall).toMatchObject([
    { label: 'Usch' },
    { message: 'Answered gl…, expected glad', expected: 'glad', actual: 'gl…', location: { range: { line: 2 } } },
  ]);
  expect(failed).toHaveBeenCalledTimes(2);
  expect(errored).not.toHaveBeenCalled();
  expect(skipped.mock.calls).toMatchObject([[{ label: 'Lång' }], [{ label: 'Lång' }]]);
});

it('the runs are listed anew when one is deleted with its folder, and when the workspace has other folders', async () => {
  const runs = new StoredRuns({} as never);
  const refreshed = vi.spyOn(runs, 'refresh');
  vscode.deleted.get('{**/.ptask,**/.ptask/runs,**/.ptask/runs/*}')!();
  vscode.folders.at(-1)!();
  expect(refreshed).toHaveBeenCalledTimes(2);
  runs.dispose();
});

it('results of a task that has been trained since are outdated, those of others are not', async () => {
  found('/w/one.ptask.json', '/w/two.ptask.json');
  await open();
  const { invalidateTestResults: outdated } = vscode.controller;
  const run = { request: { file: '/w/one.ptask.json', tasknames: ['b'] } } as unknown as WindowRun;
  const nothing = { steps: [], epochs: [], notices: [] };
  listeners.at(-1)!(run, nothing);
  expect(outdated).not.toHaveBeenCalled();
  listeners.at(-1)!({ ...run, end: { outcome: 'done' } as WindowRun['end'] }, nothing);
  expect(outdated.mock.calls).toMatchObject([[[{ id: 'b', parent: { id: 'file:///w/one.ptask.json' } }]]]);
  const ofAll = { request: { file: '/w/two.ptask.json', tasknames: [] }, end: { outcome: 'done' } };
  listeners.at(-1)!(ofAll as unknown as WindowRun, nothing);
  expect(outdated.mock.lastCall).toMatchObject([[{ id: 'a' }, { id: 'b' }]]);
  const ofNone = { request: { file: '/w/none.ptask.json', tasknames: [] }, end: { outcome: 'done' } };
  listeners.at(-1)!(ofNone as unknown as WindowRun, nothing);
  expect(outdated).toHaveBeenCalledTimes(2);
});
