import { beforeEach, expect, it, vi } from 'vitest';
import { selectModel } from '../../../client/src/models/select-model.ts';
import { english } from './texts.ts';

const vscode = await vi.hoisted(async () => {
  const { Uri } = await import('./file-uri.ts');
  return {
    Uri,
    ProgressLocation: {},
    QuickPickItemKind: { Separator: -1 },
    Range: class {
      readonly places: number[];
      constructor(...places: number[]) {
        this.places = places;
      }
    },
    WorkspaceEdit: class {
      readonly edits: unknown[] = [];
      replace(uri: object, { places }: { places: number[] }, text: string): void {
        this.edits.push([String(uri), places, text]);
      }
    },
    window: {
      withProgress: (_: object, work: (...of: object[]) => unknown) =>
        work({ report: () => undefined }, { onCancellationRequested: () => undefined }),
      showErrorMessage: vi.fn(),
      showInformationMessage: vi.fn(),
      showWarningMessage: vi.fn(),
      showInputBox: vi.fn(),
      showQuickPick: vi.fn<(items: { label: string; model?: string }[]) => Promise<object | undefined>>(),
      showTextDocument: vi.fn(),
    },
    workspace: {
      isTrusted: true,
      textDocuments: [],
      workspaceFolders: [{ uri: new Uri('/w') }],
      openTextDocument: async (uri: object) => ({ uri }),
      applyEdit: vi.fn(),
    },
  };
});
vi.mock('vscode', () => vscode);
beforeEach(() => void vi.clearAllMocks());

const about = { architecture: 'gpt2', parameters: 1e6, bytes: 4e6, secondsPerStep: 1, memoryBytes: 1e6, gated: false };
const MODELS = {
  current: 'demo',
  language: 'sv',
  memoryBytes: 1e9,
  step: { rows: 8, tokensARow: 64 },
  models: [
    { name: 'demo', source: 'demo', about, problem: undefined },
    { name: 'owner/new', source: 'suggested', about, problem: undefined },
  ],
};

/** Selects a model from the list, or the entry that has none. @param problem why what is fetched cannot be used */
async function selected(model: string | undefined, problem?: string) {
  vscode.window.showQuickPick.mockImplementationOnce(async (items) => items.findLast((item) => item.model === model));
  return chosen(problem);
}

async function chosen(problem?: string, models: object = MODELS) {
  const asked: unknown[][] = [];
  const answers: Record<string, object> = {
    models,
    planFetch: { missingBytes: 0 },
    fetchModel: { reference: '/hub/main', ...(problem && { problem }) },
  };
  const engine = {
    request: async (method: string, params: object) => {
      asked.push([method, params]);
      if (answers[method] instanceof Error) throw answers[method];
      return answers[method];
    },
    askAnew: () => undefined,
  };
  const server = {
    fileChanged: async () => undefined,
    modelEdits: async (_: object, name: string) => [
      { range: { start: { line: 1, character: 2 }, end: { line: 1, character: 8 } }, newText: JSON.stringify(name) },
    ],
  };
  await selectModel({ engine, server, texts: english } as never, { uri: 'file:///w/a.ptask.json' });
  const edits = vscode.workspace.applyEdit.mock.calls.map(([edit]) => edit.edits);
  return { asked, edits };
}
const written = (model: string) => [[['file:///w/a.ptask.json', [1, 2, 1, 8], JSON.stringify(model)]]];

it('a model that is there is written into the task file, which is shown', async () => {
  const { asked, edits } = await selected('demo');
  expect(asked).toEqual([['models', { taskFile: '/w/a.ptask.json', folders: ['/w'] }]]);
  expect(edits).toEqual(written('demo'));
  expect(vscode.window.showTextDocument).toHaveBeenCalledOnce();
});

it('a model that is not there is fetched first, and written only where it can be used', async () => {
  expect((await selected('owner/new')).edits).toEqual(written('owner/new'));
  vscode.workspace.applyEdit.mockClear();
  const { asked, edits } = await selected('owner/new', 'no weights');
  expect(asked.map(([method]) => method)).toEqual(['models', 'planFetch', 'fetchModel']);
  expect(edits).toEqual([]);
});

it('another model is asked for by its name', async () => {
  vscode.window.showInputBox.mockResolvedValueOnce(' owner/typed ');
  expect((await selected(undefined)).edits).toEqual(written('owner/typed'));
  vscode.workspace.applyEdit.mockClear();
  expect((await selected(undefined)).edits).toEqual([]);
});

it('nothing is written where none is chosen, or the models cannot be listed, which is said', async () => {
  vscode.window.showQuickPick.mockResolvedValueOnce(undefined);
  expect((await chosen()).edits).toEqual([]);
  expect(vscode.window.showInputBox).not.toHaveBeenCalled();
  vscode.window.showQuickPick.mockClear();
  expect((await chosen(undefined, new Error('no engine'))).edits).toEqual([]);
  expect(vscode.window.showQuickPick).not.toHaveBeenCalled();
  expect(vscode.window.showErrorMessage).toHaveBeenCalledWith('No models can be listed: no engine');
});
