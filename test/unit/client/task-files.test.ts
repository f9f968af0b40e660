import { beforeEach, describe, expect, it, vi } from 'vitest';
import { unsavedText } from '../../../client/src/predictions/documents.ts';
import { chooseTask } from '../../../client/src/task-files.ts';

const vscode = vi.hoisted(() => {
  class Uri {
    readonly text: string;
    constructor(text: string) {
      this.text = text;
    }
    static parse = (text: string) => new Uri(text);
    get scheme(): string {
      return this.text.slice(0, this.text.indexOf(':'));
    }
    get fsPath(): string {
      return this.text.replace(/^\w+:(\/\/)?/, '').replace(/\?.*/, '');
    }
    toString = () => this.text;
  }
  return {
    Uri,
    window: { activeTextEditor: undefined as unknown },
    workspace: { textDocuments: [] as unknown[], save: vi.fn(), findFiles: vi.fn() },
  };
});
vi.mock('vscode', () => vscode);

/** The document in the editor. @param isSaved whether the user lets it be saved */
function edited(address: string, { isUntitled = false, isSaved = true, languageId = 'ptask' } = {}) {
  const save = vi.fn(async () => isSaved);
  const uri = vscode.Uri.parse(address);
  const document = {
    uri,
    languageId,
    isDirty: uri.scheme !== 'git',
    isUntitled,
    save,
    getText: () => 'as it is edited',
  };
  vscode.window.activeTextEditor = { document };
  vscode.workspace.textDocuments = [...vscode.workspace.textDocuments, document];
  return save;
}

const chosen = async (argument?: InstanceType<typeof vscode.Uri>) =>
  String((await chooseTask(argument as never))?.file);

beforeEach(() => {
  vi.clearAllMocks();
  vscode.workspace.textDocuments = [];
  vscode.workspace.findFiles.mockResolvedValue([vscode.Uri.parse('file:///w/only.ptask.json')]);
});

describe('the task file of a command', () => {
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
  it('is the one of a menu', async () =>
    expect(await chosen(vscode.Uri.parse('file:///w/a.ptask.json'))).toBe('file:///w/a.ptask.json'));
  it('is not the data file whose selected text is to be answered, which the menu of its editor names', async () => {
    edited('file:///w/rows.jsonl', { languageId: 'jsonl' });
    expect(await chosen(vscode.Uri.parse('file:///w/rows.jsonl'))).toBe('file:///w/only.ptask.json');
  });
  it('is not an earlier version of one', async () => {
    edited('git:/w/a.ptask.json?HEAD');
    expect(await chosen()).toBe('file:///w/only.ptask.json');
    expect(await chosen(vscode.Uri.parse('git:/w/a.ptask.json?HEAD'))).toBe('file:///w/only.ptask.json');
  });
});

it('the text that is not saved is found beside an earlier version of the file', () => {
  edited('git:/w/a.ptask.json?HEAD');
  edited('file:///w/a.ptask.json');
  expect(unsavedText('/w/a.ptask.json')).toBe('as it is edited');
});
