import { beforeEach, expect, it, vi } from 'vitest';
import { EngineError } from '../../../client/src/engine/engine-error.ts';
import { fetchModel } from '../../../client/src/models/fetch-model.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => ({
  ProgressLocation: {},
  Uri: { file: (fsPath: string) => ({ fsPath }), parse: String },
  env: { openExternal: vi.fn() },
  window: {
    showInformationMessage: vi.fn(),
    showWarningMessage: vi.fn(),
    showErrorMessage: vi.fn(),
    /** What notifications have told. */
    reported: [] as object[],
    withProgress: async (_: object, work: (progress: object, token: object) => unknown) =>
      work(
        { report: (step: object) => vscode.window.reported.push(step) },
        { onCancellationRequested: () => undefined },
      ),
  },
}));
vi.mock('vscode', () => vscode);
beforeEach(() => {
  vi.clearAllMocks();
  vscode.window.reported.length = 0;
});

const server = { fileChanged: async () => undefined };
/** Fetches a model by an engine that gives these answers. */
const fetched = (request: (method: string, params: { token: string }, options: Options) => Promise<object>) =>
  fetchModel({ engine: { request, askAnew: () => undefined }, server, texts: english } as never, 'owner/model');
interface Options {
  readonly listen: { fetching(params: object): void };
}
const planned = { missingBytes: 0, page: 'https://example.org/owner/model' };

it('what could not be asked before a model was fetched is asked anew', async () => {
  const answers: Record<string, object> = {
    planFetch: { missingBytes: 0 },
    fetchModel: { reference: '/hub/refs/main' },
  };
  const engine = { request: async (method: string) => answers[method], askAnew: vi.fn() };
  const server = { fileChanged: vi.fn(async () => expect(engine.askAnew).not.toHaveBeenCalled()) };
  expect(await fetchModel({ engine, server, texts: english } as never, 'owner/model')).toBe(true);
  expect(server.fileChanged).toHaveBeenCalledWith({ fsPath: '/hub/refs/main' });
  expect(engine.askAnew).toHaveBeenCalledOnce();
});

it('a model has been fetched though there is no language server to be told', async () => {
  const request = async (method: string) => (method === 'planFetch' ? planned : { reference: '/hub/refs/main' });
  const engine = { request, askAnew: vi.fn() };
  const server = { fileChanged: async () => Promise.reject(new Error('it could not be started')) };
  expect(await fetchModel({ engine, server, texts: english } as never, 'owner/model')).toBe(true);
  expect(engine.askAnew).toHaveBeenCalledOnce();
  expect(vscode.window.showErrorMessage).not.toHaveBeenCalled();
});

it('a model is fetched once the user has seen what it takes and agreed', async () => {
  const missing = { ...planned, missingBytes: 4e6, bytes: 4e6, files: 1, cacheFolder: '/hub', gated: false };
  const asked: string[] = [];
  const request = async (method: string) => {
    asked.push(method);
    return method === 'planFetch' ? missing : { reference: '/hub/refs/main' };
  };
  for (const answer of [undefined, 'Open Page', 'Fetch']) {
    vscode.window.showInformationMessage.mockResolvedValueOnce(answer);
    expect(await fetched(request)).toBe(answer === 'Fetch');
    expect(vscode.env.openExternal.mock.calls).toEqual(
      answer === undefined ? [] : [['https://example.org/owner/model']],
    );
  }
  expect(asked).toEqual(['planFetch', 'planFetch', 'planFetch', 'fetchModel']);
  expect(vscode.window.showInformationMessage.mock.calls[0]).toMatchObject([
    'Fetch owner/model?',
    { modal: true, detail: expect.stringContaining('4 MB') },
    'Fetch',
    'Open Page',
  ]);
});

it('a model that cannot be used though it was fetched is not chosen, which is said', async () => {
  const answers: Record<string, object> = {
    planFetch: planned,
    fetchModel: { reference: '/hub/refs/main', problem: 'its weights are no safetensors' },
  };
  expect(await fetched(async (method) => answers[method]!)).toBe(false);
  expect(vscode.window.showWarningMessage).toHaveBeenCalledExactlyOnceWith(
    'owner/model is there, but cannot be used: its weights are no safetensors',
  );
});

it('nothing is said where the user has cancelled a fetch, and otherwise why it has failed', async () => {
  const failing = (error: Error) => async (method: string) => {
    if (method === 'fetchModel') throw error;
    return planned;
  };
  expect(await fetched(failing(new EngineError('cancelled', 'cancelled')))).toBe(false);
  expect(vscode.window.showErrorMessage).not.toHaveBeenCalled();
  for (const error of [new EngineError('the disk is full', 'input'), new Error('the disk is full')]) {
    expect(await fetched(failing(error))).toBe(false);
    expect(vscode.window.showErrorMessage).toHaveBeenLastCalledWith(
      'owner/model cannot be fetched: the disk is full',
      'Open Page',
    );
  }
  expect(await fetched(() => Promise.reject(new EngineError('no network', 'input')))).toBe(false);
  expect(vscode.window.showErrorMessage).toHaveBeenLastCalledWith('owner/model cannot be fetched: no network');
});

it('a notification shows how far a fetch is, and nothing of another one', async () => {
  await fetched(async (method, { token }, { listen }) => {
    if (method === 'planFetch') return planned;
    const about = (present: number) => ({ token, present, bytes: 4e6 });
    listen.fetching(about(1e6));
    listen.fetching({ ...about(4e6), token: 'another' });
    // A file that was broken is begun anew.
    for (const present of [0.5e6, 3e6, 4e6]) listen.fetching(about(present));
    return { reference: '/hub/refs/main' };
  });
  expect(vscode.window.reported).toEqual([
    { increment: 25, message: '1 MB of 4 MB' },
    { increment: 0, message: '500 kB of 4 MB' },
    { increment: 50, message: '3 MB of 4 MB' },
    { increment: 25, message: '4 MB of 4 MB' },
  ]);
});
