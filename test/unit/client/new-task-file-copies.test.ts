import { parse } from 'jsonc-parser';
import { beforeEach, expect, it, vi } from 'vitest';
import { newTaskFile } from '../../../client/src/new-task-file/new-task-file.ts';
import { english } from './texts.ts';

/** Files by their paths, as VS Code reads and writes them. */
const vscode = vi.hoisted(() => {
  const files = new Map<string, string>();
  interface Address {
    readonly path: string;
    with(change: { path: string }): Address;
  }
  const uri = (path: string): Address => ({ path, with: (change) => uri(change.path) });
  const read = ({ path }: Address) => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`${path} is not there`);
    return new TextEncoder().encode(text);
  };
  return {
    files,
    uri,
    env: { language: 'en' },
    Uri: {
      joinPath: ({ path }: Address, name: string) =>
        uri(name === '..' ? path.slice(0, path.lastIndexOf('/')) : `${path}/${name}`),
    },
    window: {
      // All files, but no others.
      showQuickPick: vi.fn(async (items: unknown[], { canPickMany }: { canPickMany?: boolean }) =>
        canPickMany ? items.slice(0, -1) : items[0],
      ),
      showOpenDialog: vi.fn(async (): Promise<Address[] | undefined> => undefined),
      showInputBox: vi.fn(async (_: { validateInput(name: string): string | undefined }) => 'rating'),
      showTextDocument: async () => undefined,
      showInformationMessage: vi.fn(),
    },
    workspace: {
      asRelativePath: ({ path }: Address) => path,
      findFiles: async () => [...files.keys()].filter((file) => /(train|test)\.(jsonl|csv|tsv)$/i.test(file)).map(uri),
      fs: {
        readFile: async (file: Address) => read(file),
        stat: async (file: Address) => read(file),
        writeFile: async ({ path }: Address, bytes: Uint8Array) =>
          void files.set(path, new TextDecoder().decode(bytes)),
      },
    },
  };
});
vi.mock('vscode', () => vscode);
beforeEach(() => {
  vscode.files.clear();
  vi.clearAllMocks();
});

it('New Task File overwrites neither the data nor a copy that it has made before', async () => {
  const { files } = vscode;
  const own = '{"text":"Good","label":"yes"}\nnot a row\n{"text":"Bad","label":"no"}\n';
  const before = '{"taskname":"rating","text":"Good","label":"mended by hand"}\n';
  files.set('/d/train.JSONL', own);
  files.set('/d/train.rating.jsonl', before);
  await newTaskFile(english);
  expect([...files.keys()].slice(2)).toEqual(['/d/train.rating-2.jsonl', '/d/rating.ptask.json']);
  expect(files.get('/d/train.JSONL')).toBe(own);
  expect(files.get('/d/train.rating.jsonl')).toBe(before);
  expect(files.get('/d/train.rating-2.jsonl')?.split('\n')[0]).toBe(
    '{"taskname":"rating","text":"Good","label":"yes"}',
  );
  expect(parse(files.get('/d/rating.ptask.json')!).data.train_ds).toEqual(['train.rating-2.jsonl']);
});

it('New Task File gives copies of files that differ in capitals alone names of their own', async () => {
  const { files } = vscode;
  files.set('/d/train.jsonl', '{"text":"Good","label":"yes"}\n');
  files.set('/d/train.JSONL', '{"text":"Bad","label":"no"}\n');
  await newTaskFile(english);
  expect(files.get('/d/train.rating.jsonl')).toContain('"Bad"');
  expect(files.get('/d/train.rating-2.jsonl')).toContain('"Good"');
});

it('New Task File writes beside its data also where the task is named as no file can be', async () => {
  const { files } = vscode;
  files.set('/d/train.jsonl', '{"taskname":"news/tone: 1","text":"Good","label":"yes"}\n');
  await newTaskFile(english);
  expect(parse(files.get('/d/news-tone- 1.ptask.json')!)).toMatchObject({
    new_tasks: ['news/tone: 1'],
    data: { train_ds: ['train.jsonl'] },
  });
});

it('New Task File writes copies of data whose answers are numbers, in which they are texts, and says so', async () => {
  const { files } = vscode;
  const rows = [1, 0, 1, 0].map((label, id) => ({ taskname: 'tone', id, text: `Row ${id}`, label }));
  files.set('/d/train.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  await newTaskFile(english);
  expect(files.get('/d/train.tone.jsonl')?.split('\n')[0]).toBe(
    '{"taskname":"tone","id":0,"text":"Row 0","label":"1"}',
  );
  const { task_templates, data } = parse(files.get('/d/tone.ptask.json')!);
  expect(task_templates[0]).toMatchObject({ answer_field: 'label', labels: { 1: [], 0: [] } });
  expect(data.train_ds).toEqual(['train.tone.jsonl']);
  expect(vscode.window.showInformationMessage).toHaveBeenCalledWith(
    expect.stringContaining('those in "label" are not'),
  );
});

it('New Task File makes lines of JSON of a table, and says so', async () => {
  const { files } = vscode;
  files.set('/d/train.csv', 'tekstur;svar\r\n"Eg eri glað; sera";1\r\nEg eri keddur;0\r\nGott;1\r\nIlla;0\r\n');
  await newTaskFile(english);
  expect(files.get('/d/train.rating.jsonl')?.split('\n').slice(0, 2)).toEqual([
    '{"taskname":"rating","tekstur":"Eg eri glað; sera","svar":"1"}',
    '{"taskname":"rating","tekstur":"Eg eri keddur","svar":"0"}',
  ]);
  const { task_templates, data } = parse(files.get('/d/rating.ptask.json')!);
  expect(task_templates[0]).toMatchObject({ answer_field: 'svar', labels: { 1: [], 0: [] } });
  expect(data).toMatchObject({ train_ds: ['train.rating.jsonl'] });
  expect(vscode.window.showInformationMessage).toHaveBeenCalledExactlyOnceWith(
    'Data files have a row a line, in JSON: copies of /d/train.csv were written that have.',
  );
});

it('New Task File takes other files than those it has found, such as a list in JSON', async () => {
  const { files, uri, window } = vscode;
  files.set('/d/train.jsonl', '{"taskname":"tone","text":"Good","label":"yes"}\n');
  files.set('/e/more.json', '[{"taskname":"tone","text":"Bad","label":"no"}]');
  window.showQuickPick.mockImplementationOnce(async (items) => items.slice(-1));
  window.showOpenDialog.mockResolvedValueOnce([uri('/e/more.json')]);
  await newTaskFile(english);
  expect(files.get('/e/more.tone.jsonl')).toBe('{"taskname":"tone","text":"Bad","label":"no"}\n');
  expect(parse(files.get('/e/tone.ptask.json')!).data.train_ds).toEqual(['more.tone.jsonl']);
  const before = files.size;
  window.showQuickPick.mockImplementationOnce(async (items) => items.slice(-1));
  await newTaskFile(english);
  expect(files.size).toBe(before);
  window.showQuickPick.mockImplementationOnce(async (items) => items);
  await newTaskFile(english);
  expect(parse(files.get('/d/tone.ptask.json')!).data.train_ds).toEqual(['train.jsonl']);
});

it('New Task File takes a name with letters of any language, and the splits of the data whatever the task is called', async () => {
  const { files, window } = vscode;
  files.set('/d/test.jsonl', '{"text":"Gott","label":"ja"}\n');
  files.set('/d/train.jsonl', '{"text":"Illa","label":"nei"}\n');
  window.showInputBox.mockImplementationOnce(async ({ validateInput }) => {
    for (const name of ['ætlan-test', 'čoahkkáigeassu', 'намерение_2']) expect(validateInput(name)).toBeUndefined();
    for (const name of ['', 'a b', 'a/b', 'a:b']) expect(validateInput(name)).toMatch(/^Letters/);
    return 'ætlan-test';
  });
  await newTaskFile(english);
  expect(parse(files.get('/d/ætlan-test.ptask.json')!).data).toMatchObject({
    train_ds: ['train.ætlan-test.jsonl'],
    test_ds: ['test.ætlan-test.jsonl'],
  });
});
