import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { Charts } from '../../../client/src/chart/chart-panel.ts';
import type { PredictionEngine } from '../../../client/src/engine/prediction-engine.ts';
import type { LanguageServer } from '../../../client/src/language-server.ts';
import { handOverRuns } from '../../../client/src/runs/hand-over-runs.ts';
import { RunQueue } from '../../../client/src/runs/run-queue.ts';
import { StoredRuns } from '../../../client/src/runs/stored-runs.ts';
import { showFileStatus } from '../../../client/src/status-item.ts';
import { eventually } from '../../eventually.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => {
  class EventEmitter<T> {
    readonly #listeners = new Set<(value: T) => unknown>();
    readonly event = (listener: (value: T) => unknown) => {
      this.#listeners.add(listener);
      return { dispose: () => this.#listeners.delete(listener) };
    };
    fire(value: T): void {
      for (const listener of this.#listeners) listener(value);
    }
    dispose(): void {}
  }
  const never = () => ({ dispose: () => undefined });
  const trusted = new EventEmitter<void>();
  const changed = new EventEmitter<{ document: object }>();
  const opened = new EventEmitter<object>();
  const switched = new EventEmitter<{ document: object }>();
  const uri = { fsPath: '/w/a.ptask.json' };
  const item = { text: '', detail: '', busy: false, severity: 0, name: '', command: {}, dispose: () => undefined };
  const workspace = {
    isTrusted: false,
    onDidGrantWorkspaceTrust: trusted.event,
    onDidSaveTextDocument: never,
    onDidChangeTextDocument: changed.event,
    onDidChangeConfiguration: never,
    onDidChangeWorkspaceFolders: never,
    onDidOpenTextDocument: opened.event,
    getWorkspaceFolder: vi.fn((): object | undefined => undefined),
    textDocuments: [] as object[],
    getConfiguration: () => ({ get: (_: string, otherwise: string) => otherwise }),
    findFiles: async () => [uri],
    createFileSystemWatcher: () => ({ onDidCreate: never, onDidChange: never, onDidDelete: never, dispose: never }),
  };
  return {
    EventEmitter,
    LanguageStatusSeverity: { Information: 0, Warning: 1 },
    languages: { createLanguageStatusItem: () => item },
    ViewColumn: { Active: -1 },
    Uri: { joinPath: () => uri, file: (fsPath: string) => ({ fsPath }) },
    window: {
      activeTextEditor: { document: { uri, languageId: 'ptask', isDirty: false } },
      onDidChangeActiveTextEditor: switched.event,
      registerWebviewPanelSerializer: vi.fn(never),
    },
    workspace,
    opened,
    switched,
    item,
    changeText() {
      changed.fire({ document: vscode.window.activeTextEditor.document });
    },
    grantTrust() {
      workspace.isTrusted = true;
      trusted.fire();
    },
  };
});
vi.mock('vscode', () => vscode);
beforeEach(() => {
  vscode.workspace.isTrusted = false;
});

const queue = () => new RunQueue(() => expect.unreachable());

function engineThat(answer: (method: string) => unknown) {
  const request = vi.fn(async (method: string) => answer(method));
  return { request, onAskAnew: () => ({ dispose() {} }) } as unknown as PredictionEngine & { request: typeof request };
}

it('the runs are read once the workspace is trusted', async () => {
  const engine = engineThat(() => ({ runs: [{ dir: '/w/.ptask/runs/1' }] }));
  const stored = new StoredRuns(engine);
  const changed = vi.fn();
  stored.onDidChange(changed);
  expect(await stored.list()).toEqual([]);
  expect(engine.request).not.toHaveBeenCalled();
  vscode.grantTrust();
  expect(changed).toHaveBeenCalledOnce();
  expect(await stored.list()).toHaveLength(1);
  stored.dispose();
});

it('the runs beside a task file that is open and in no folder of the workspace are read, too', async () => {
  vscode.workspace.isTrusted = true;
  const document = (fsPath: string, scheme: string) => ({ languageId: 'ptask', uri: { fsPath, scheme } });
  vscode.workspace.textDocuments = [
    document('/elsewhere/b.ptask.json', 'file'),
    document('/earlier/c.ptask.json', 'git'),
  ];
  const engine = engineThat(() => ({ runs: [] }));
  const stored = new StoredRuns(engine);
  const refresh = vi.spyOn(stored, 'refresh');
  vscode.opened.fire(vscode.workspace.textDocuments[0]!);
  expect(refresh).toHaveBeenCalledOnce();
  await stored.list();
  expect(engine.request).toHaveBeenCalledWith('runs', { folders: ['/w', '/elsewhere'] });
  vscode.workspace.textDocuments = [];
  stored.dispose();
});

it('the status of a task file is told once the workspace is trusted', async () => {
  const engine = engineThat(() => ({ prompt: { state: 'current' } }));
  const server = { templates: async () => [{ taskname: 'a' }] } as unknown as LanguageServer;
  showFileStatus(server, engine, queue(), english);
  expect(vscode.item.text).toBe('not trusted: nothing is run');
  vscode.grantTrust();
  await eventually(() => expect(vscode.item.text).toBe('1 of 1 task trained'));
});

it('the status of a task file follows it when it changes on disk', async () => {
  vscode.grantTrust();
  let state = 'untrained';
  const engine = engineThat(() => ({ prompt: { state } }));
  const server = { templates: async () => [{ taskname: 'a' }] } as unknown as LanguageServer;
  showFileStatus(server, engine, queue(), english);
  await eventually(() => expect(vscode.item.text).toBe('0 of 1 task trained'));
  state = 'current';
  vscode.changeText();
  await eventually(() => expect(vscode.item.text).toBe('1 of 1 task trained'));
});

it('the status is not that of another task file while the one that was opened is looked at', async () => {
  vscode.grantTrust();
  const engine = engineThat(() => ({ prompt: { state: 'current' } }));
  const server = { templates: async () => [{ taskname: 'a' }] } as unknown as LanguageServer;
  showFileStatus(server, engine, queue(), english);
  await eventually(() => expect(vscode.item.text).toBe('1 of 1 task trained'));
  engine.request.mockReturnValue(new Promise(() => undefined));
  vscode.switched.fire({ document: { ...vscode.window.activeTextEditor.document } });
  expect(vscode.item).toMatchObject({ text: 'Checking the task…', busy: true });
});

/** A tab with a chart as VS Code brings it back after the window was reloaded. */
function restoredChart(engine: PredictionEngine, state: object = { dirs: ['/w/.ptask/runs/1'] }) {
  const received = new vscode.EventEmitter<object>();
  const closed = new vscode.EventEmitter<void>();
  const post = vi.fn(async () => true);
  let isClosed = false;
  const titles: string[] = [];
  const panel = {
    webview: { onDidReceiveMessage: received.event, postMessage: post, asWebviewUri: () => '', cspSource: '' },
    set title(title: string) {
      if (isClosed) throw new Error('Webview is disposed');
      titles.push(title);
    },
    onDidDispose: closed.event,
    dispose: vi.fn(),
  };
  new Charts({} as never, engine, queue(), english);
  const [, serializer] = vscode.window.registerWebviewPanelSerializer.mock.lastCall as unknown as [string, never];
  const restored = (
    serializer as { deserializeWebviewPanel(panel: object, state: object): Promise<void> }
  ).deserializeWebviewPanel(panel, state);
  return {
    panel,
    restored,
    post,
    titles,
    ready: () => received.fire({ type: 'ready' }),
    close() {
      isClosed = true;
      closed.fire();
    },
  };
}

const METRICS = { run: { dir: '/w/.ptask/runs/1', tasknames: ['a'], created: '' }, steps: [], epochs: [] };

it('a chart that comes back starts nothing before the workspace is trusted, and is drawn then', async () => {
  const engine = engineThat(() => METRICS);
  const { ready, post } = restoredChart(engine);
  ready();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(engine.request).not.toHaveBeenCalled();
  vscode.grantTrust();
  await eventually(() => expect(post).toHaveBeenCalledOnce());
});

it.each([
  ['this workspace', '/storage/now', false],
  ['the same window, to which a folder was added', '/storage/before', true],
  ['another workspace', '/storage/before', undefined],
])('the runs of %s that was closed just now go on once the workspace is trusted', async (_, before, isInFolder) => {
  const storage = mkdtempSync(path.join(tmpdir(), 'ptask-'));
  const left = { file: '/w/a.ptask.json', tasknames: ['a'], resume: true, device: 'auto' };
  mkdirSync(path.join(storage, 'runs'));
  writeFileSync(
    path.join(storage, 'runs/window-1.json'),
    JSON.stringify({ pid: process.pid, workspace: before, closed: Date.now(), runs: [left] }),
  );
  vscode.workspace.getWorkspaceFolder.mockReturnValue(isInFolder ? {} : undefined);
  const runs = new RunQueue(() => ({ result: new Promise(() => undefined), stop() {}, kill() {} }));
  const context = { globalStorageUri: { fsPath: storage }, storageUri: { fsPath: '/storage/now' } };
  const handOver = handOverRuns(runs, context as never, english);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(runs.open).toEqual([]);
  vscode.grantTrust();
  if (isInFolder === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(runs.open).toEqual([]);
  } else await eventually(() => expect(runs.open).toMatchObject([{ request: left }]));
  vscode.workspace.getWorkspaceFolder.mockReset();
  handOver.dispose();
  rmSync(storage, { recursive: true });
});

it('a chart that another version has kept in a form of its own is closed', async () => {
  const { panel, restored } = restoredChart(
    engineThat(() => METRICS),
    { dir: '/w/.ptask/runs/1' },
  );
  await restored;
  expect(panel.dispose).toHaveBeenCalledOnce();
});

it('a chart of a run that was deleted says so', async () => {
  vscode.workspace.isTrusted = true;
  const engine = engineThat(() => {
    throw new Error('there is no such run');
  });
  const { ready, post, titles } = restoredChart(engine);
  ready();
  await eventually(() => expect(post).toHaveBeenCalledOnce());
  const words = { empty: 'This run is no longer there, or cannot be read.' };
  expect(post).toHaveBeenCalledWith(expect.objectContaining({ runs: [], words: expect.objectContaining(words) }));
  expect(titles).toEqual([]);
});

it('a chart that is closed while its runs are read is left alone', async () => {
  vscode.workspace.isTrusted = true;
  let answer: (metrics: object) => void = () => undefined;
  const engine = engineThat(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const { ready, close, post, titles } = restoredChart(engine);
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  ready();
  close();
  answer(METRICS);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', unhandled);
  expect([unhandled.mock.calls, post.mock.calls, titles]).toEqual([[], [], []]);
});
