import { beforeEach, expect, it, vi } from 'vitest';
import { EngineDied, EngineError } from '../../../client/src/engine/engine-error.ts';
import { registerPredictionHovers } from '../../../client/src/predictions/row-hover.ts';
import { english } from './texts.ts';

interface Hover {
  readonly contents: { readonly value: string };
}
type Provide = (document: object, position: object, token: object) => Promise<Hover | undefined>;

const vscode = vi.hoisted(() => ({
  /** That over rows, and that over markers. */
  providers: [] as { provideHover: Provide }[],
  Hover: class {
    readonly contents: unknown;
    readonly range: unknown;
    constructor(contents: unknown, range: unknown) {
      this.contents = contents;
      this.range = range;
    }
  },
  MarkdownString: class {
    readonly value: string;
    constructor(value: string) {
      this.value = value;
    }
  },
  /** Of one line. */
  Range: class {
    readonly from: number[];
    readonly to: number[];
    constructor(...places: (number | { line: number; character: number })[]) {
      const flat = places.flatMap((place) => (typeof place === 'number' ? [place] : [place.line, place.character]));
      this.from = flat.slice(0, 2);
      this.to = flat.slice(2);
    }
    contains({ line, character }: { line: number; character: number }): boolean {
      return line === this.from[0] && character >= this.from[1]! && character <= this.to[1]!;
    }
  },
  languages: {
    registerHoverProvider: (_: unknown, provider: { provideHover: Provide }) => vscode.providers.push(provider),
  },
  workspace: {
    isTrusted: true,
    textDocuments: [] as object[],
    asRelativePath: (file: string) => file.replace('/w/', ''),
  },
}));
vi.mock('vscode', () => vscode);
beforeEach(() => {
  vscode.providers.length = 0;
  vscode.workspace.isTrusted = true;
  vscode.workspace.textDocuments = [];
});

const [A, B] = ['/w/a.ptask.json', '/w/b.ptask.json'];
const document = { uri: { fsPath: A, scheme: 'file' }, languageId: 'ptask', isDirty: false };
const at = (line: number, character: number) => ({ line, character });
const range = (line: number, from: number, to: number) => ({ start: at(line, from), end: at(line, to) });
const current = { state: 'current', key: 'k', trained: undefined };

/** Hovers where a row and two markers are. @param files the task files that the row belongs to */
function start(
  request: (method: string, params: object, options: { signal: AbortSignal }) => Promise<object>,
  files = [A],
) {
  const server = {
    rows: async () => [{ range: range(3, 2, 9), taskname: 'tone', row: { taskname: 'tone', text: 'Hej' } }],
    templates: async () => [
      { taskname: 'other', markers: [range(0, 0, 5)] },
      { taskname: 'tone', markers: [range(1, 0, 5), range(1, 8, 12)] },
    ],
  };
  const asked = vi.fn(request);
  const answers = {
    store: { fileFor: async () => files.at(-1)! },
    questionOf: (row: object) => ({ ...row, files }),
  };
  registerPredictionHovers(server as never, { request: asked } as never, answers as never, english);
  const [rows, markers] = vscode.providers.map(({ provideHover }) => provideHover);
  const withdrawals: (() => void)[] = [];
  const token = { onCancellationRequested: (listener: () => void) => withdrawals.push(listener) };
  const show = (provide: Provide | undefined) => (line: number, character: number) =>
    provide!(document, at(line, character), token);
  return { asked, overRow: show(rows), overMarker: show(markers), withdraw: () => withdrawals.at(-1)!() };
}

const predicted = async () => ({
  prompt: current,
  rows: [{ text: 'Hej', trained: { text: 'glad', candidates: undefined, cut: false, right: undefined } }],
});

it('a row has what its prompt answers, with and without it', async () => {
  const { overRow, asked } = start(predicted);
  expect(await overRow(3, 1)).toBeUndefined();
  expect(asked).not.toHaveBeenCalled();
  const hover = await overRow(3, 4);
  expect(hover!.contents.value).toMatch(/^\*\*tone\*\* · trained\n\n```text\nglad/);
  expect(asked.mock.lastCall!.slice(0, 2)).toMatchObject([
    'predict',
    { file: A, taskname: 'tone', rows: [{ taskname: 'tone', text: 'Hej' }], withUntrained: true, urgency: 'hover' },
  ]);
  expect(asked.mock.lastCall![1]).not.toHaveProperty('text');
});

it('a row of several task files says whose prompt it is, whose text may be unsaved', async () => {
  const { overRow, asked } = start(predicted, [A, B]);
  vscode.workspace.textDocuments = [
    { ...document, uri: { fsPath: B, scheme: 'file' }, isDirty: true, getText: () => '{}' },
  ];
  expect((await overRow(3, 4))!.contents.value).toMatch(/^\*\*tone\*\* · `b\.ptask\.json` · trained/);
  expect(asked.mock.lastCall![1]).toMatchObject({ file: B, text: '{}' });
});

it('a marker has the words that its own virtual tokens are nearest to', async () => {
  const near = (marker: number, text: string) => ({ marker, nearest: [{ id: 1, text, cosine: 0.5 }] });
  const { overMarker, asked } = start(async () => ({ prompt: current, tokens: [near(0, 'first'), near(1, 'second')] }));
  expect((await overMarker(1, 9))!.contents.value).toMatch(/1\. `second` 0\.50$/);
  expect(asked.mock.lastCall!.slice(0, 2)).toMatchObject(['nearestTokens', { file: A, taskname: 'tone' }]);
  expect(await overMarker(1, 6)).toBeUndefined();
  expect(asked).toHaveBeenCalledOnce();
});

it('a marker of a prompt that is stale says so, and one without a prompt has nothing', async () => {
  const stale = { state: 'stale', key: 'k', changed: 'template', message: '' };
  const tokens = [{ marker: 0, nearest: [] }];
  const { overMarker } = start(async () => ({ prompt: stale, tokens }));
  expect((await overMarker(1, 2))!.contents.value).toMatch(/^⚠ The template has changed/);
  expect(await overMarker(1, 9)).toBeUndefined();
});

it('nothing is shown without trust or an answer, and what is no longer wanted is withdrawn', async () => {
  let failure: Error = new EngineError('it has errors', 'problems');
  const { overRow, asked, withdraw } = start(() => Promise.reject(failure));
  expect(await overRow(3, 4)).toBeUndefined();
  const { signal } = asked.mock.lastCall![2];
  expect(signal.aborted).toBe(false);
  withdraw();
  expect(signal.aborted).toBe(true);
  failure = new EngineDied('SIGKILL', []);
  expect(await overRow(3, 4)).toBeUndefined();
  // A fault of ours is not kept quiet.
  failure = new TypeError('no row');
  await expect(overRow(3, 4)).rejects.toThrow('no row');
  vscode.workspace.isTrusted = false;
  expect(await overRow(3, 4)).toBeUndefined();
  expect(asked).toHaveBeenCalledTimes(3);
});
