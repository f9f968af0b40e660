import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showInlinePredictions } from '../../../client/src/predictions/inline-predictions.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => {
  const disposable = { dispose: () => undefined };
  const never = () => disposable;
  const editors: { document: object }[] = [];
  return {
    editors,
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
      getConfiguration: () => ({ get: (_: string, value: unknown) => value }),
      findFiles: async () => [],
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
afterEach(() => vi.useRealTimers());

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
    { label: '→ 电影 ✓\u00a0\u00a0\u00a0' },
    { label: '→ glad so ✓' },
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
