import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { handOverRuns } from '../../../client/src/runs/hand-over-runs.ts';
import { RunQueue, type RunRequest } from '../../../client/src/runs/run-queue.ts';
import { eventually } from '../../eventually.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => ({
  isTrusted: true,
  trusted: [] as (() => void)[],
  ask: vi.fn<(question: string, ...answers: string[]) => Promise<string | undefined>>(),
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  window: { showInformationMessage: (...asked: Parameters<typeof vscode.ask>) => vscode.ask(...asked) },
  workspace: {
    get isTrusted() {
      return vscode.isTrusted;
    },
    onDidGrantWorkspaceTrust(listener: () => void) {
      vscode.trusted.push(listener);
      return { dispose: () => undefined };
    },
    getWorkspaceFolder: ({ fsPath }: { fsPath: string }) => (fsPath.startsWith('/w/') ? {} : undefined),
  },
}));
vi.mock('vscode', () => vscode);

/** No process has this number. */
const DEAD = 2 ** 31 - 1;
const run = (name: string): RunRequest => ({
  file: `/w/${name}.ptask.json`,
  tasknames: [name],
  resume: true,
  run: `/w/.ptask/runs/${name}`,
  device: 'auto',
});

let storage: string;
beforeEach(() => {
  storage = mkdtempSync(path.join(tmpdir(), 'ptask-'));
  vscode.isTrusted = true;
  vscode.ask.mockReset();
});
afterEach(() => rmSync(storage, { recursive: true, force: true }));

const notes = () => readdirSync(path.join(storage, 'runs'));

/** A window of the workspace, whose runs begin and never end. */
function open() {
  const queue = new RunQueue((_, listener) => {
    const events = [{ event: 'start', run: '/w/.ptask/runs/begun', device: 'cpu' }];
    queueMicrotask(() => listener({ token: '', progress: {}, events } as never));
    return { result: new Promise(() => undefined), stop: () => undefined, kill: () => undefined };
  });
  const storageUri = { fsPath: path.join(storage, 'workspace') };
  const handOver = handOverRuns(queue, { storageUri, globalStorageUri: { fsPath: storage } } as never, english);
  return { queue, handOver, files: () => queue.open.map(({ request }) => request.file) };
}

/** What a window of the workspace has left whose process is gone. */
const leave = (...runs: RunRequest[]) => leaveNote({ workspace: path.join(storage, 'workspace'), runs });

function leaveNote(left: { workspace: string; runs: RunRequest[]; closed?: number }): void {
  mkdirSync(path.join(storage, 'runs'), { recursive: true });
  const note = { pid: DEAD, ...left };
  writeFileSync(path.join(storage, 'runs', 'window-old.json'), JSON.stringify(note));
}

it('a window that is reloaded goes on with its runs', async () => {
  const old = open();
  old.queue.add({ ...run('a'), resume: false });
  old.queue.add(run('b'));
  await eventually(() => expect(old.queue.open[0]!.phase).toBe('training'));
  old.handOver.close();
  const next = open();
  await eventually(() => expect(next.files()).toEqual([run('a').file, run('b').file]));
  expect(next.queue.open[0]!.request).toMatchObject({ resume: true, run: '/w/.ptask/runs/begun' });
  expect(vscode.ask).not.toHaveBeenCalled();
});

it('a window takes no runs from itself, however late it looks for those of others', async () => {
  vscode.isTrusted = false;
  const { queue, files } = open();
  queue.add(run('a'));
  const own = notes();
  vscode.isTrusted = true;
  vscode.trusted.at(-1)!();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(vscode.ask).not.toHaveBeenCalled();
  expect(files()).toEqual([run('a').file]);
  expect(notes()).toEqual(own);
});

it('a window whose process died leaves its runs to be asked about, once for all', async () => {
  leave(run('a'), run('b'));
  vscode.ask.mockResolvedValue('Resume');
  const { files } = open();
  await eventually(() => expect(files()).toEqual([run('a').file, run('b').file]));
  expect(vscode.ask).toHaveBeenCalledExactlyOnceWith(
    'The training of a, b stopped when its window was closed.',
    'Resume',
  );
});

it('a run that was gone on with by hand before the answer does not begin a second time', async () => {
  leave(run('a'), run('b'));
  let answer: (choice: string) => void = () => undefined;
  vscode.ask.mockReturnValue(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const { queue, files } = open();
  await eventually(() => expect(vscode.ask).toHaveBeenCalled());
  queue.add(run('a'));
  answer('Resume');
  await eventually(() => expect(files()).toEqual([run('a').file, run('b').file]));
});

it('runs that the user has not answered about are asked about in the next window', async () => {
  leave(run('a'));
  vscode.ask.mockReturnValueOnce(new Promise(() => undefined)).mockResolvedValueOnce('Resume');
  const { handOver } = open();
  await eventually(() => expect(vscode.ask).toHaveBeenCalledOnce());
  handOver.close();
  const { files } = open();
  await eventually(() => expect(files()).toEqual([run('a').file]));
  expect(vscode.ask).toHaveBeenCalledTimes(2);
});

it('a window that got another folder goes on with its runs, and with no other workspace’s', async () => {
  leaveNote({ workspace: 'another', runs: [{ ...run('b'), file: '/elsewhere/b.ptask.json' }], closed: Date.now() });
  const first = open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(first.files()).toEqual([]);
  leaveNote({ workspace: 'another', runs: [run('a')], closed: Date.now() });
  const second = open();
  await eventually(() => expect(second.files()).toEqual([run('a').file]));
});

it('runs that the user does not go on with are not asked about again', async () => {
  leave(run('a'));
  vscode.ask.mockResolvedValue(undefined);
  const { files, handOver } = open();
  await eventually(() => expect(vscode.ask).toHaveBeenCalled());
  await eventually(() => expect(notes()).toEqual([]));
  expect(files()).toEqual([]);
  handOver.close();
  open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(vscode.ask).toHaveBeenCalledOnce();
});

it('nothing is asked where nothing was left, and nothing taken over before the workspace is trusted', async () => {
  const first = open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(vscode.ask).not.toHaveBeenCalled();
  first.handOver.close();
  leave(run('a'));
  vscode.isTrusted = false;
  open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(vscode.ask).not.toHaveBeenCalled();
  vscode.trusted.at(-1)!();
  await eventually(() => expect(vscode.ask).toHaveBeenCalled());
});
