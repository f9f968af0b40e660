import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { predictTask } from '../../../client/src/predictions/predict-command.ts';
import { english } from './texts.ts';

const vscode = await vi.hoisted(async () => ({
  ...(await import('./file-uri.ts')),
  ProgressLocation: {},
  l10n: { t: (text: string, name: string) => text.replace('{0}', name) },
  window: {
    activeTextEditor: {
      document: { languageId: 'ptask', uri: { scheme: 'file' }, isDirty: false },
      selection: { isEmpty: true },
    },
    showErrorMessage: vi.fn(),
    showInputBox: vi.fn(async (_: { prompt: string; value?: string }): Promise<string | undefined> => undefined),
    showQuickPick: vi.fn(async (_: string[]): Promise<string | undefined> => undefined),
    withProgress: (_: object, work: () => unknown) => work(),
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

describe('Predict', () => {
  const [TONE, PAIR] = [
    { taskname: 'tone', fields: ['text'] },
    { taskname: 'pair', fields: ['first', 'second'] },
  ];
  const { window } = vscode;
  const reports = { show: vi.fn() };
  const taskFile = window.activeTextEditor;
  beforeEach(() => vi.clearAllMocks());
  afterEach(() => {
    window.activeTextEditor = taskFile;
  });

  /** What the engine is asked. @param selection what is selected in a document that is no task file */
  async function asked(templates: object[], { selection, taskname }: { selection?: string; taskname?: string } = {}) {
    if (selection !== undefined) {
      const document = { languageId: 'plaintext', getText: () => selection } as never;
      window.activeTextEditor = { document, selection: { isEmpty: false } };
    }
    const request = vi.fn(async (_: string, params: object, _options: object) => {
      if (taskname === 'broken') throw new Error('no model');
      const answer = { text: 'glad', candidates: undefined, cut: false, right: undefined };
      return { prompt: { state: 'current' }, rows: [{ text: 'Hej', trained: answer, params }] };
    });
    const services = { server: { templates: async () => templates }, engine: { request }, reports, texts: english };
    const argument = { uri: 'file:///w/a.ptask.json', ...(taskname && { taskname }) };
    await predictTask(services as never, argument as never);
    return request.mock.calls.map(([, params, options]) => ({ ...params, ...options }));
  }

  it('answers what is selected, without the blanks around it, and shows the answer', async () => {
    const row = { taskname: 'tone', text: 'En fin dag' };
    expect(await asked([TONE!], { selection: ' En fin dag\n' })).toMatchObject([
      { file: '/w/a.ptask.json', taskname: 'tone', rows: [row], withUntrained: true, isCommand: true },
    ]);
    expect(window.showInputBox).not.toHaveBeenCalled();
    expect(reports.show).toHaveBeenCalledExactlyOnceWith('Predict tone', expect.stringContaining('glad'));
  });

  it('asks for each field of a template that has several, the first of which may be what is selected', async () => {
    window.showInputBox.mockResolvedValueOnce('a').mockResolvedValueOnce('b');
    expect(await asked([PAIR!], { selection: 'Hej' })).toMatchObject([
      { rows: [{ taskname: 'pair', first: 'a', second: 'b' }] },
    ]);
    expect(window.showInputBox.mock.calls.map(([{ value }]) => value)).toEqual(['Hej', undefined]);
    window.showInputBox.mockResolvedValueOnce('a').mockResolvedValueOnce(undefined);
    expect(await asked([PAIR!])).toEqual([]);
  });

  it('asks for the text where nothing is selected, or only in a task file', async () => {
    window.activeTextEditor = { ...taskFile, selection: { isEmpty: false } };
    window.showInputBox.mockResolvedValueOnce('typed');
    expect(await asked([TONE!])).toMatchObject([{ rows: [{ text: 'typed' }] }]);
    window.showInputBox.mockResolvedValueOnce('typed');
    expect(await asked([TONE!], { selection: ' ' })).toMatchObject([{ rows: [{ text: 'typed' }] }]);
  });

  it('asks which task is meant where it is not said', async () => {
    window.showQuickPick.mockResolvedValueOnce('tone').mockResolvedValueOnce(undefined);
    expect(await asked([PAIR!, TONE!], { selection: 'Hej' })).toMatchObject([{ taskname: 'tone' }]);
    expect(await asked([PAIR!, TONE!], { selection: 'Hej' })).toEqual([]);
    expect(await asked([PAIR!, TONE!], { selection: 'Hej', taskname: 'tone' })).toMatchObject([{ taskname: 'tone' }]);
    expect(window.showQuickPick).toHaveBeenCalledTimes(2);
  });

  it('says why there is no answer', async () => {
    await asked([{ ...TONE, taskname: 'broken' }], { selection: 'Hej', taskname: 'broken' });
    expect(window.showErrorMessage).toHaveBeenCalledWith('broken cannot predict: no model');
    expect(reports.show).not.toHaveBeenCalled();
  });
});
