import { expect, it, vi } from 'vitest';
import { askForPaths } from '../../../client/src/outside-paths/ask-for-paths.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => ({
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  workspace: { workspaceFolders: [], openTextDocument: vi.fn(async () => undefined) },
}));
vi.mock('vscode', () => vscode);

const memory = { get: () => ({}) };

it('a file whose paths nobody knows is not used: it may name others outside of the workspace', async () => {
  const server = { paths: async () => undefined };
  const consent = askForPaths(server as never, memory as never, english, () => undefined);
  await expect(consent.ask('/w/news.json')).rejects.toThrow('it is no task file to this editor');
  await expect(consent.require('/w/news.json')).rejects.toThrow('it is no task file to this editor');
});

it('a file that the server did not know is opened, so that it does', async () => {
  const server = { paths: vi.fn().mockResolvedValueOnce(undefined).mockResolvedValueOnce(['rows.jsonl']) };
  await askForPaths(server as never, memory as never, english, () => undefined).ask('/w/news.ptask.json');
  expect(vscode.workspace.openTextDocument).toHaveBeenCalledWith({ fsPath: '/w/news.ptask.json' });
});

it('the language server is told of what has been allowed, and where that leads', async () => {
  const allowed = ['\\\\host\\share\\a.jsonl', '/w/link → /data'];
  const kept = { '/w/news.ptask.json': { allowed, denied: ['/etc'] } };
  const server = { paths: async () => [], pathsAllowed: vi.fn(async () => undefined) };
  askForPaths(server as never, { get: () => kept } as never, english, () => undefined);
  expect(server.pathsAllowed).toHaveBeenCalledWith(['\\\\host\\share\\a.jsonl', '/w/link', '/data']);
});
