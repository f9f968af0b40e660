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
    showInputBox: vi.fn(async (_: { prompt: string }) => undefined),
  },
  workspace: { isTrusted: true, textDocuments: [], asRelativePath: () => 'a.ptask.json' },
}));
vi.mock('vscode', () => vscode);

it('Predict says so where a task file has no template that could be asked', async () => {
  const server = { templates: async () => [] };
  await predictTask({ server, engine: {}, reports: {}, texts: english } as never, undefined);
  expect(vscode.window.showErrorMessage).toHaveBeenCalledWith('a.ptask.json has no template that could be asked.');
});

it('a field that is called like a link is asked for without one', async () => {
  const fields = ['[more](command:workbench.action.quit)'];
  const server = { templates: async () => [{ taskname: 'a', fields }] };
  await predictTask({ server, engine: {}, reports: {}, texts: english } as never, undefined);
  const { prompt } = vscode.window.showInputBox.mock.lastCall![0];
  expect(prompt).toBe('The text of the field “[more] (command:workbench.action.quit)”');
});
