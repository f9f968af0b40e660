import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../client/src/engine/engine-error.ts';
import type { PredictionEngine } from '../../../client/src/engine/prediction-engine.ts';
import type { LanguageServer } from '../../../client/src/language-server.ts';
import { onPromptsChange } from '../../../client/src/predictions/prompt-changes.ts';
import type { RunQueue } from '../../../client/src/runs/run-queue.ts';
import { showFileStatus } from '../../../client/src/status-item.ts';
import { english } from './texts.ts';

const { item, vscode } = vi.hoisted(() => {
  const item = { detail: '', text: '', busy: false, severity: '' };
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
      LanguageStatusSeverity: { Information: 'information', Warning: 'warning' },
      languages: { createLanguageStatusItem: () => item },
      document,
      window: { activeTextEditor: { document }, onDidChangeActiveTextEditor: none },
      workspace: {
        isTrusted: false,
        textDocuments: [],
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

describe('the status of a task file', () => {
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  /** What is shown of a file with tasks whose prompts are in these states, or that the engine refuses. */
  async function shown(...states: (string | Error)[]) {
    const templates = states.map((_, n) => ({ taskname: `${n}` }));
    const request = async (_: string, { taskname }: { taskname: string }) => {
      const state = states[Number(taskname)]!;
      if (state instanceof Error) throw state;
      return { prompt: { state } };
    };
    showFileStatus({ templates: async () => templates } as never, { request } as never, {} as RunQueue, english);
    await settled();
    return [item.text, item.severity, item.busy];
  }
  beforeEach(() => {
    vscode.workspace.isTrusted = true;
    vscode.workspace.getConfiguration.mockReturnValue({ get: () => 'auto' });
  });

  it('counts the tasks that are trained, and warns where a prompt is stale', async () => {
    expect(await shown('current')).toEqual(['1 of 1 task trained', 'information', false]);
    expect(await shown('untrained')).toEqual(['0 of 1 task trained', 'information', false]);
    expect(await shown('current', 'untrained', 'stale')).toEqual(['1 of 3 tasks trained, 1 stale', 'warning', false]);
    expect(item.detail).toBe('device: automatic');
  });

  it('says what is wrong', async () => {
    expect(await shown(new EngineError('three problems', 'problems'))).toEqual(['has errors', 'warning', false]);
    expect(await shown('current', new EngineError('no such model', 'input'))).toEqual([
      'no such model',
      'warning',
      false,
    ]);
  });

  it('is not that of the file before while the model of another one is opened', async () => {
    const requests: ((answer: object) => void)[] = [];
    const request = () => new Promise((resolve) => requests.push(resolve));
    const server = { templates: async () => [{ taskname: 'a' }] };
    showFileStatus(server as never, { request } as never, {} as RunQueue, english);
    const [, , changed] = vi.mocked(onPromptsChange).mock.lastCall!;
    await settled();
    expect([item.text, item.severity, item.busy]).toEqual(['Checking the task…', 'information', true]);
    requests[0]!({ prompt: { state: 'stale' } });
    await settled();
    expect(item.text).toBe('0 of 1 task trained, 1 stale');
    vi.useFakeTimers();
    changed();
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    // The same file goes on to show what was last known of it.
    expect([item.text, item.busy]).toEqual(['0 of 1 task trained, 1 stale', true]);
    vscode.window.activeTextEditor = { document: { ...vscode.document } };
    vi.useFakeTimers();
    changed();
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect([item.text, item.severity]).toEqual(['Checking the task…', 'information']);
    // An answer about the file before comes too late.
    requests[1]!({ prompt: { state: 'current' } });
    await settled();
    expect(item.text).toBe('Checking the task…');
    requests[2]!({ prompt: { state: 'current' } });
    await settled();
    expect(item.text).toBe('1 of 1 task trained');
  });

  it('stays as it is while a document is in front that is no task file', async () => {
    item.text = 'as it was';
    vscode.window.activeTextEditor = { document: { ...vscode.document, languageId: 'jsonl' } };
    expect(await shown('current')).toEqual(['as it was', 'information', false]);
  });
});
