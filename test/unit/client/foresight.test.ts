import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Foresight } from '../../../client/src/predictions/foresight.ts';

const vscode = vi.hoisted(() => ({
  opened: [] as string[],
  sizes: new Map<string, number>(),
  isWanted: true,
  Range: class {
    readonly lines: number;
    constructor(_start: number, _at: number, end: number) {
      this.lines = end;
    }
  },
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  workspace: {
    isTrusted: true,
    getConfiguration: () => ({ get: () => vscode.isWanted }),
    getWorkspaceFolder: ({ fsPath }: { fsPath: string }) =>
      path.dirname(fsPath) === path.resolve('/w') ? {} : undefined,
    fs: { stat: async ({ fsPath }: { fsPath: string }) => ({ size: vscode.sizes.get(fsPath) ?? 100 }) },
    openTextDocument: async ({ fsPath }: { fsPath: string }) => void vscode.opened.push(fsPath),
  },
}));
vi.mock('vscode', () => vscode);

/** A file of the workspace, whose path begins with a drive on Windows. */
const own = (name: string) => path.resolve('/w', name);
const TASK = own('a.ptask.json');
const PATHS = ['demo', 'a.prompts.safetensors', 'train.jsonl', 'validation.jsonl'];

/** A window whose data files have rows, each of which takes the engine so many milliseconds. */
function start({ paths = PATHS, rows = 60, rowMs = 5 }: { paths?: string[]; rows?: number; rowMs?: number } = {}) {
  const asked: string[] = [];
  const state = { isBusy: false };
  let expire: (file?: string) => void = () => undefined;
  const known = new Set<string>();
  const store = {
    async want(questions: readonly string[], urgency: string) {
      expect(urgency).toBe('background');
      const news = questions.filter((question) => !known.has(question));
      for (const question of news) known.add(question);
      asked.push(...news);
      await new Promise((resolve) => setTimeout(resolve, news.length * rowMs));
    },
  };
  const foresight = new Foresight(
    {
      paths: async () => paths,
      rows: async ({ fsPath }: { fsPath: string }, range: object) => {
        const { lines } = range as { lines: number };
        return Array.from({ length: Math.min(lines, rows) }, (_, n) => `${fsPath} ${n}`) as never;
      },
    },
    {
      store: store as never,
      questionOf: (row: unknown) => row as never,
      expired: ((listener: typeof expire) => {
        expire = listener;
        return { dispose: () => undefined };
      }) as never,
    },
    () => state.isBusy,
  );
  const idle = () => vi.advanceTimersByTimeAsync(4000);
  return { foresight, asked, state, idle, expire: (file?: string) => expire(file) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vscode.opened.length = 0;
  vscode.sizes.clear();
  vscode.isWanted = true;
});

describe('the first rows of a task file’s data', () => {
  it('are asked for when nothing has been drawn for a while, held-out rows first, and once', async () => {
    const { foresight, asked, idle } = start();
    foresight.seen(TASK);
    await vi.advanceTimersByTimeAsync(900);
    foresight.seen(TASK);
    await vi.advanceTimersByTimeAsync(900);
    expect(asked).toEqual([]);
    await idle();
    expect(vscode.opened).toEqual([own('validation.jsonl'), own('train.jsonl')]);
    expect(asked).toHaveLength(120);
    expect(asked[0]).toBe(`${own('validation.jsonl')} 0`);
    foresight.seen(TASK);
    await idle();
    expect(asked).toHaveLength(120);
  });

  it('are looked at anew once its prompt may be another one, and no other file’s', async () => {
    const { foresight, idle, expire } = start();
    foresight.seen(TASK);
    await idle();
    expire(own('b.ptask.json'));
    foresight.seen(TASK);
    await idle();
    expect(vscode.opened).toHaveLength(2);
    expire(TASK);
    foresight.seen(TASK);
    await idle();
    expect(vscode.opened).toHaveLength(4);
  });

  it('are let be where the model takes long for a row', async () => {
    const { foresight, asked, idle } = start({ rowMs: 80 });
    foresight.seen(TASK);
    await idle();
    expect(asked).toHaveLength(5);
  });

  it('wait while a run goes on, until rows are drawn again', async () => {
    const { foresight, asked, state, idle } = start();
    state.isBusy = true;
    foresight.seen(TASK);
    await idle();
    expect(asked).toEqual([]);
    state.isBusy = false;
    await idle();
    expect(asked).toEqual([]);
    foresight.seen(TASK);
    await idle();
    expect(asked).toHaveLength(120);
  });

  it('are left where they are once a run begins', async () => {
    const { foresight, asked, state } = start();
    foresight.seen(TASK);
    await vi.advanceTimersByTimeAsync(1100);
    expect(asked.length).toBeGreaterThan(5);
    state.isBusy = true;
    await vi.advanceTimersByTimeAsync(4000);
    expect(asked.length).toBeLessThan(60);
    expect(vscode.opened).toEqual([own('validation.jsonl')]);
  });

  it('are not read from a large file, from one outside the workspace, or where predictions are off', async () => {
    const { foresight, asked, idle } = start({ paths: ['../x.jsonl', 'large.jsonl', 'small.jsonl', 'table.csv'] });
    vscode.sizes.set(own('large.jsonl'), 2e6);
    foresight.seen(TASK);
    await idle();
    expect(vscode.opened).toEqual([own('small.jsonl')]);
    vscode.isWanted = false;
    foresight.seen(own('b.ptask.json'));
    await idle();
    expect(vscode.opened).toEqual([own('small.jsonl')]);
    expect(asked).toHaveLength(60);
  });
});
