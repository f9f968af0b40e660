import { expect, it, vi } from 'vitest';
import type { PredictionEngine } from '../../../client/src/engine/prediction-engine.ts';
import type { LanguageServer } from '../../../client/src/language-server.ts';
import { onPromptsChange } from '../../../client/src/predictions/prompt-changes.ts';
import type { RunQueue } from '../../../client/src/runs/run-queue.ts';
import { showFileStatus } from '../../../client/src/status-item.ts';
import { english } from './texts.ts';

const { item, vscode } = vi.hoisted(() => {
  const item = { detail: '', text: '' };
  const none = () => ({ dispose() {} });
  const document = {
    uri: { fsPath: '/w/a.ptask.json' },
    languageId: 'ptask',
    fileName: '/w/a.ptask.json',
    isDirty: false,
  };
  return {
    item,
    vscode: {
      LanguageStatusSeverity: {},
      languages: { createLanguageStatusItem: () => item },
      window: { activeTextEditor: { document }, onDidChangeActiveTextEditor: none },
      workspace: {
        isTrusted: false,
        getConfiguration: vi.fn(() => ({
          get: (): unknown => 'cpu [more](command:workbench.action.quit) ![](https://example.org/x)',
        })),
        onDidGrantWorkspaceTrust: none,
      },
    },
  };
});
vi.mock('vscode', () => vscode);
vi.mock('../../../client/src/predictions/prompt-changes.ts', () => ({ onPromptsChange: vi.fn(() => []) }));

it('a device that a workspace has in its settings is no link, and no image', () => {
  showFileStatus({} as LanguageServer, {} as PredictionEngine, {} as RunQueue, english);
  expect(item.detail).toBe('device: cpu more command workbench action quit https example org x ');
});

it('a device in the settings that is no text is told as it is', () => {
  vscode.workspace.getConfiguration.mockReturnValueOnce({ get: () => 3 });
  showFileStatus({} as LanguageServer, {} as PredictionEngine, {} as RunQueue, english);
  expect(item.detail).toBe('device: 3');
});

it('prompts are looked at once where many task files change at once, as with another branch', () => {
  vi.useFakeTimers();
  vscode.workspace.isTrusted = true;
  const templates = vi.fn(() => new Promise<never>(() => undefined));
  showFileStatus({ templates } as never, {} as PredictionEngine, {} as RunQueue, english);
  expect(templates).toHaveBeenCalledOnce();
  const [, , changed] = vi.mocked(onPromptsChange).mock.lastCall!;
  for (let file = 0; file < 100; file++) changed(`/w/${file}.ptask.json`);
  vi.runAllTimers();
  expect(templates).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});
