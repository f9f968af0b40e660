import { expect, it, vi } from 'vitest';
import { predictTask } from '../../../client/src/predictions/predict-command.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => ({
  Uri: class {},
  ProgressLocation: {},
  l10n: { t: (text: string, name: string) => text.replace('{0}', name) },
  window: {
    activeTextEditor: {
      document: { languageId: 'ptask', uri: { scheme: 'file' }, isDirty: false },
      selection: { isEmpty: true },
    },
    showErrorMessage: vi.fn(),
  },
  workspace: { isTrusted: true, textDocuments: [], asRelativePath: () => 'a.ptask.json' },
}));
vi.mock('vscode', () => vscode);

it('Predict says so where a task file has no template that could be asked', async () => {
  const server = { templates: async () => [] };
  await predictTask({ server, engine: {}, reports: {}, texts: english } as never, undefined);
  expect(vscode.window.showErrorMessage).toHaveBeenCalledWith('a.ptask.json has no template that could be asked.');
});
