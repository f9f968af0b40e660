import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showInlinePredictions } from '../../../client/src/predictions/inline-predictions.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => {
  const disposable = { dispose: () => undefined };
  const never = () => disposable;
  const editors: { document: object }[] = [];
  return {
    editors,
    /** Of the workspace, by pattern. */
    files: {} as Record<string, string[]>,
    isWanted: true,
    providers: [] as { provideInlayHints(...asked: unknown[]): Promise<{ label: string }[]> }[],
    EventEmitter: class {
      readonly fire = vi.fn();
      readonly event = never;
      dispose = () => undefined;
    },
    Position: class {},
    InlayHintLabelPart: class {
      readonly value: string;
      constructor(value: string) {
        this.value = value;
      }
    },
    InlayHint: class {
      readonly label: string;
      constructor(_: unknown, label: string) {
        this.label = label;
      }
    },
    commands: { registerCommand: never },
    languages: {
      match: () => 1,
      registerInlayHintsProvider(_: unknown, provider: (typeof vscode.providers)[number]) {
        vscode.providers.push(provider);
        return disposable;
      },
    },
    window: { visibleTextEditors: editors },
    workspace: {
      isTrusted: true,
      getConfiguration: () => ({ get: () => vscode.isWanted }),
      findFiles: async (pattern: string) => (vscode.files[pattern] ?? []).map((fsPath) => ({ fsPath })),
      onDidChangeConfiguration: never,
      onDidGrantWorkspaceTrust: never,
    },
  };
});
vi.mock('vscode', () => vscode);

const document = {
  uri: { fsPath: '/w/rows.jsonl', path: '/w/rows.jsonl' },
  fileName: '/w/rows.jsonl',
  languageId: 'jsonl',
};
vscode.editors.push({ document });
const row = { range: { start: {}, end: {} }, files: ['/w/a.ptask.json'], taskname: 'tone', row: {} };
const token = { isCancellationRequested: false };

/** Answers that a test gives when it likes. */
function answersOnRequest() {
  let tell: () => void = () => undefined;
  const state = { isKnown: false };
  const prediction = {
    prompt: { state: 'current', key: 'k' },
    answer: { trained: { text: 'glad', candidates: undefined, cut: false, right: undefined } },
  };
  const store = {
    known: () => (state.isKnown ? prediction : undefined),
    want: () => new Promise<void>(() => undefined),
  };
  const answers = {
    store,
    questionOf: (one: object) => one,
    news: (listener: () => void) => {
      tell = listener;
      return { dispose: () => undefined };
    },
  };
  return { answers, state, news: () => tell() };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vscode.files = {};
  vscode.isWanted = true;
});

it('rows whose answers expire while they are drawn for the first time are drawn once more, until they are asked for', async () => {
  const { answers, state, news } = answersOnRequest();
  const server = { rows: async () => [row] };
  const [changed] = showInlinePredictions(
    server as never,
    {} as never,
    answers as never,
    { seen: () => undefined },
    english,
  );
  const { fire } = changed as unknown as { fire: ReturnType<typeof vi.fn> };
  const draw = () => vscode.providers.at(-1)!.provideInlayHints(document, {}, token);

  const first = draw();
  await vi.advanceTimersByTimeAsync(1);
  news();
  expect(await first).toEqual([]);
  // The editor hears nothing before it has what it asked for.
  fire.mockClear();
  await vi.advanceTimersByTimeAsync(60);
  expect(fire).toHaveBeenCalled();

  state.isKnown = true;
  expect(await draw()).toMatchObject([{ label: expect.stringContaining('glad') }]);
  fire.mockClear();
  await vi.advanceTimersByTimeAsync(200);
  expect(fire.mock.calls.length).toBeLessThanOrEqual(1);
});

it('answers that run from right to left are parts of their own, and as wide as the others', async () => {
  const { answers, state } = answersOnRequest();
  state.isKnown = true;
  const texts = ['سلبي', '电影', 'glad so'];
  answers.store.known = (() => {
    const text = texts.shift()!;
    return {
      prompt: { state: 'current' },
      answer: { trained: { text, candidates: undefined, cut: false, right: true } },
    };
  }) as never;
  // It is asked whether each is known, twice, before they are drawn.
  texts.unshift(...texts, ...texts);
  const server = { rows: async () => [row, row, row] };
  showInlinePredictions(server as never, {} as never, answers as never, { seen: () => undefined }, english);
  expect(await vscode.providers.at(-1)!.provideInlayHints(document, {}, token)).toMatchObject([
    { label: [{ value: '→ ' }, { value: 'سلبي' }, { value: ' ✓\u00a0\u00a0\u00a0' }] },
    { label: '→ 电影 ✓\u00a0\u00a0\u00a0', paddingRight: true },
    { label: '→ glad so ✓', paddingRight: true },
  ]);
});

it('rows that have no answer leave nothing waiting when that is known', async () => {
  const { answers } = answersOnRequest();
  answers.store.want = async () => undefined;
  const disposables = showInlinePredictions(
    { rows: async () => [row] } as never,
    {} as never,
    answers as never,
    { seen: () => undefined },
    english,
  );
  const [, drawing, start] = disposables;
  for (const one of [drawing, start]) one!.dispose();
  const waiting = vi.getTimerCount();
  const taskFile = { ...document, uri: { fsPath: '/w/a.ptask.json' }, languageId: 'ptask' };
  expect(await vscode.providers.at(-1)!.provideInlayHints(taskFile, {}, token)).toEqual([]);
  expect(vi.getTimerCount()).toBe(waiting);
});

describe('a window that begins', () => {
  /** @param trained the task files whose first task has a prompt */
  async function begun(trained: readonly string[]) {
    const engine = {
      start: vi.fn(),
      request: vi.fn(async (_: string, { file }: { file: string }) => {
        if (file === '/w/broken.ptask.json') throw new Error('has errors');
        return { prompt: { state: trained.includes(file) ? 'current' : 'untrained' } };
      }),
    };
    const seen = vi.fn();
    const server = {
      rows: async () => [],
      templates: async ({ fsPath }: { fsPath: string }) =>
        fsPath === '/w/empty.ptask.json' ? [] : [{ taskname: 'tone' }, { taskname: 'other' }],
    };
    const { answers } = answersOnRequest();
    showInlinePredictions(server as never, engine as never, answers as never, { seen }, english);
    await vi.advanceTimersByTimeAsync(2000);
    return { engine, seen, asked: engine.request.mock.calls.map(([, { file }]) => file) };
  }
  const named = (...names: string[]) => names.map((name) => `/w/${name}.ptask.json`);

  it('starts nothing without a prompt table, nor where predictions are off', async () => {
    vscode.files = { '**/*.ptask.json': named('a') };
    expect((await begun(named('a'))).engine.start).not.toHaveBeenCalled();
    vscode.files['**/*.prompts.safetensors'] = ['/w/a.prompts.safetensors'];
    vscode.isWanted = false;
    expect((await begun(named('a'))).engine.start).not.toHaveBeenCalled();
  });

  it('opens the first task file that has a prompt, and looks ahead in its data', async () => {
    const files = named('empty', 'broken', 'untrained', 'a', 'b');
    vscode.files = { '**/*.ptask.json': files, '**/*.prompts.safetensors': ['/w/a.prompts.safetensors'] };
    const { engine, seen, asked } = await begun(named('a', 'b'));
    expect(engine.start).toHaveBeenCalledOnce();
    expect(asked).toEqual(named('broken', 'untrained', 'a'));
    expect(seen).toHaveBeenCalledExactlyOnceWith('/w/a.ptask.json');
  });

  it('looks into a few task files and no more', async () => {
    const files = Array.from({ length: 20 }, (_, n) => `/w/${n}.ptask.json`);
    vscode.files = { '**/*.ptask.json': files, '**/*.prompts.safetensors': ['/w/a.prompts.safetensors'] };
    const { seen, asked } = await begun([]);
    expect(asked).toEqual(files.slice(0, 4));
    expect(seen).not.toHaveBeenCalled();
  });
});
