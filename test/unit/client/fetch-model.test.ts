import { expect, it, vi } from 'vitest';
import { fetchModel } from '../../../client/src/models/fetch-model.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => ({
  ProgressLocation: {},
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  window: {
    showInformationMessage: vi.fn(),
    withProgress: async (_: object, work: (progress: object, token: object) => unknown) =>
      work({ report: () => undefined }, { onCancellationRequested: () => undefined }),
  },
}));
vi.mock('vscode', () => vscode);

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
