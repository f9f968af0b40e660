import { expect, it, vi } from 'vitest';
import { renewWithProxy } from '../../../client/src/engine/proxy-changes.ts';

const vscode = vi.hoisted(() => ({ workspace: { onDidChangeConfiguration: vi.fn() } }));
vi.mock('vscode', () => vscode);

it('a process fetches through the proxy that the settings name now', () => {
  const engine = { pid: undefined as number | undefined, renew: vi.fn() };
  renewWithProxy(engine);
  const change = (changed: string) =>
    vscode.workspace.onDidChangeConfiguration.mock.lastCall![0]({
      affectsConfiguration: (name: string) => name === changed,
    });
  change('http.proxy');
  expect(engine.renew).not.toHaveBeenCalled();
  engine.pid = 1;
  change('editor.fontSize');
  expect(engine.renew).not.toHaveBeenCalled();
  for (const name of ['http.proxy', 'http.noProxy']) change(name);
  expect(engine.renew).toHaveBeenCalledTimes(2);
});
