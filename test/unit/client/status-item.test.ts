import { expect, it, vi } from 'vitest';
import type { PredictionEngine } from '../../../client/src/engine/prediction-engine.ts';
import type { LanguageServer } from '../../../client/src/language-server.ts';
import type { RunQueue } from '../../../client/src/runs/run-queue.ts';
import { showFileStatus } from '../../../client/src/status-item.ts';
import { english } from './texts.ts';

const { item, vscode } = vi.hoisted(() => {
  const item = { detail: '', text: '' };
  const none = () => ({ dispose() {} });
  const document = { uri: {}, languageId: 'ptask', fileName: '/w/a.ptask.json' };
  return {
    item,
    vscode: {
      LanguageStatusSeverity: {},
      languages: { createLanguageStatusItem: () => item },
      window: { activeTextEditor: { document }, onDidChangeActiveTextEditor: none },
      workspace: {
        isTrusted: false,
        getConfiguration: () => ({ get: () => 'cpu [more](command:workbench.action.quit) ![](https://example.org/x)' }),
        onDidGrantWorkspaceTrust: none,
      },
    },
  };
});
vi.mock('vscode', () => vscode);
vi.mock('../../../client/src/predictions/prompt-changes.ts', () => ({ onPromptsChange: () => [] }));

it('a device that a workspace has in its settings is no link, and no image', () => {
  showFileStatus({} as LanguageServer, {} as PredictionEngine, {} as RunQueue, english);
  expect(item.detail).toBe('device: cpu more command workbench action quit https example org x ');
});
