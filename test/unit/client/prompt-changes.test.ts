import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onPromptsChange } from '../../../client/src/predictions/prompt-changes.ts';
import { RunQueue } from '../../../client/src/runs/run-queue.ts';

const vscode = vi.hoisted(() => {
  const disposable = { dispose: () => undefined };
  /** What each pattern's watcher tells, and who listens to the settings. */
  const changes = new Map<string, (uri: object) => void>();
  const settings: ((event: object) => void)[] = [];
  /** Who listens to what is typed. */
  const typing: ((event: object) => void)[] = [];
  return {
    changes,
    settings,
    typing,
    workspace: {
      createFileSystemWatcher: (pattern: string) => ({
        ...disposable,
        onDidCreate: () => disposable,
        onDidChange: (listener: (uri: object) => void) => {
          changes.set(pattern, listener);
          return disposable;
        },
        onDidDelete: () => disposable,
      }),
      onDidChangeTextDocument: (listener: (event: object) => void) => {
        typing.push(listener);
        return disposable;
      },
      onDidChangeConfiguration: (listener: (event: object) => void) => {
        settings.push(listener);
        return disposable;
      },
    },
  };
});
vi.mock('vscode', () => vscode);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start() {
  const changed = vi.fn();
  let end: (result: object) => void = () => undefined;
  const queue = new RunQueue(() => ({
    result: new Promise((resolve) => {
      end = resolve as typeof end;
    }),
    stop: () => undefined,
    kill: () => undefined,
  }));
  onPromptsChange({ onAskAnew: () => ({ dispose() {} }) }, queue, changed);
  const write = (path: string) => {
    const suffix = path.endsWith('.ptask.json') ? '.ptask.json' : path.slice(path.lastIndexOf('.'));
    vscode.changes.get(`**/*${suffix}`)?.({ path, fsPath: path });
  };
  return { changed, write, queue, endRun: () => end({ outcome: 'paused', run: '', step: 0 }) };
}

it('a prompt may have changed with its table, whatever that is called, but not with a checkpoint of a run', () => {
  const { changed, write } = start();
  write('/w/news.prompts.safetensors');
  vi.runAllTimers();
  expect(changed).toHaveBeenCalledTimes(1);
  write('/w/all-prompts.safetensors');
  vi.runAllTimers();
  expect(changed).toHaveBeenCalledTimes(2);
  write('/w/.ptask/runs/1/checkpoint.safetensors');
  vi.runAllTimers();
  expect(changed).toHaveBeenCalledTimes(2);
});

it('while a model is copied into the workspace prompts are not looked at anew with each piece of it', () => {
  const { changed, write } = start();
  for (let piece = 0; piece < 100; piece++) {
    write('/w/model/model.safetensors');
    vi.advanceTimersByTime(100);
  }
  expect(changed).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(changed).toHaveBeenCalledOnce();
});

it('a prompt may have changed with its task file on disk', () => {
  const { changed, write } = start();
  write('/w/a.ptask.json');
  expect(changed).toHaveBeenCalledExactlyOnceWith('/w/a.ptask.json');
});

it('a prompt may have changed with what is typed into a task file, once for some keystrokes', () => {
  const { changed } = start();
  const type = (languageId: string) => vscode.typing.at(-1)!({ document: { languageId } });
  type('jsonl');
  vi.runAllTimers();
  expect(changed).not.toHaveBeenCalled();
  for (const _ of 'ab') type('ptask');
  expect(changed).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(changed).toHaveBeenCalledExactlyOnceWith();
});

it('a prompt may have changed with a run that has ended, and not before', async () => {
  const { changed, queue, endRun } = start();
  const { id } = queue.add({ file: '/w/a.ptask.json', tasknames: [], resume: false, device: 'auto' });
  const ended = queue.ended(id);
  expect(changed).not.toHaveBeenCalled();
  endRun();
  await ended;
  expect(changed).toHaveBeenCalledOnce();
});

it('whether a prompt can be asked may have changed with the device', () => {
  const { changed } = start();
  vscode.settings.at(-1)!({ affectsConfiguration: (name: string) => name === 'ptask.device' });
  expect(changed).toHaveBeenCalledOnce();
});
