import { beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseTask } from '../../../client/src/task-files.ts';

const vscode = vi.hoisted(() => {
  class Uri {
    readonly text: string;
    constructor(text: string) {
      this.text = text;
    }
    static parse = (text: string) => new Uri(text);
    toString = () => this.text;
  }
  return {
    Uri,
    window: { activeTextEditor: undefined as unknown },
    workspace: { textDocuments: [] as unknown[], save: vi.fn() },
  };
});
vi.mock('vscode', () => vscode);

/** The document in the editor. @param isSaved whether the user lets it be saved */
function edited(address: string, { isUntitled = false, isSaved = true } = {}) {
  const save = vi.fn(async () => isSaved);
  const document = { uri: vscode.Uri.parse(address), languageId: 'ptask', isDirty: true, isUntitled, save };
  vscode.window.activeTextEditor = { document };
  vscode.workspace.textDocuments = [document];
  return save;
}

const chosen = async () => String((await chooseTask(undefined))?.file);

describe('the task file of a command', () => {
  beforeEach(() => void vi.clearAllMocks());

  it('is the one in the editor, which is saved', async () => {
    const save = edited('file:///w/a.ptask.json');
    expect(await chosen()).toBe('file:///w/a.ptask.json');
    expect(save).toHaveBeenCalledOnce();
  });
  it('is none where that cannot be saved', async () => {
    edited('file:///w/a.ptask.json', { isSaved: false });
    expect(await chosen()).toBe('undefined');
  });
  it('that was on no disk is the one that it was saved as', async () => {
    edited('untitled:Untitled-1', { isUntitled: true });
    vscode.workspace.save.mockResolvedValueOnce(vscode.Uri.parse('file:///w/new.ptask.json'));
    expect(await chosen()).toBe('file:///w/new.ptask.json');
    vscode.workspace.save.mockResolvedValueOnce(undefined);
    expect(await chosen()).toBe('undefined');
  });
});
