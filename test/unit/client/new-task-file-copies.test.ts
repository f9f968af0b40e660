import { parse } from 'jsonc-parser';
import { beforeEach, expect, it, vi } from 'vitest';
import { type NewTaskServices, newTaskFile } from '../../../client/src/new-task-file/new-task-file.ts';
import { LanguageService } from '../../../server/src/service/language-service.ts';
import { environment } from '../task/harness.ts';
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
      showInputBox: vi.fn(
        async (_: { validateInput(name: string): string | undefined }): Promise<string | undefined> => 'rating',
      ),
      showTextDocument: async () => undefined,
      showInformationMessage: vi.fn(),
      showErrorMessage: vi.fn(),
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

const service = new LanguageService({
  environment: environment(
    {},
    {
      readFile: async (path) => {
        const text = vscode.files.get(path);
        return text === undefined ? 'not-found' : new Blob([text]).stream();
      },
    },
  ),
  listFolder: async () => [],
  toPath: (uri) => uri,
  toUri: (path) => path,
  publish: () => {},
  pause: async () => {},
  breathe: async () => {},
  onError: () => {},
});

/** The language server without a connection. */
const server: NewTaskServices['server'] = {
  proposeTaskFile: (files, answerField) =>
    service.proposeTaskFile({
      files: files.map(({ path }) => path),
      ...(answerField !== undefined && { answerField }),
    }),
  readyRows: ({ path }, wanted, take) => service.readyRows({ ...wanted, file: path }, async (part) => take(part)),
  taskFileText: async (params, files) =>
    service.newTaskFileText({
      ...params,
      files: files.map(({ data, rows }) => ({ data: data.path, rows: rows.path })),
    }),
};

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
  await newTaskFile({ server, texts: english });
  expect([...files.keys()].slice(2)).toEqual(['/d/train.rating-2.jsonl', '/d/rating.ptask.json']);
  expect(files.get('/d/train.JSONL')).toBe(own);
  expect(files.get('/d/train.rating.jsonl')).toBe(before);
  expect(files.get('/d/train.rating-2.jsonl')?.split('\n')[0]).toBe(
    '{"taskname":"rating","text":"Good","label":"yes"}',
  );
  expect(parse(files.get('/d/rating.ptask.json')!).data.train_ds).toEqual(['train.rating-2.jsonl']);
});

it('New Task File writes nothing where the user names no task, chooses no answer, or no data', async () => {
  const { files, window } = vscode;
  files.set('/d/train.jsonl', '{"text":"Good","label":"yes"}\n{"text":"Bad","label":"no"}\n');
  window.showInputBox.mockResolvedValueOnce(undefined);
  await newTaskFile({ server, texts: english });
  expect(window.showInputBox).toHaveBeenCalledOnce();
  // Of the data, and then of the answer.
  for (const answers of [[undefined], [[]], [[{ uri: vscode.uri('/d/train.jsonl') }], undefined]]) {
    for (const answer of answers) window.showQuickPick.mockResolvedValueOnce(answer as never);
    await newTaskFile({ server, texts: english });
  }
  expect([...files.keys()]).toEqual(['/d/train.jsonl']);
  expect(window.showInputBox).toHaveBeenCalledOnce();
});

it('New Task File gives copies of files that differ in capitals alone names of their own', async () => {
  const { files } = vscode;
  files.set('/d/train.jsonl', '{"text":"Good","label":"yes"}\n');
  files.set('/d/train.JSONL', '{"text":"Bad","label":"no"}\n');
  await newTaskFile({ server, texts: english });
  expect(files.get('/d/train.rating.jsonl')).toContain('"Bad"');
  expect(files.get('/d/train.rating-2.jsonl')).toContain('"Good"');
});

it('New Task File writes beside its data also where the task is named as no file can be', async () => {
  const { files } = vscode;
  files.set('/d/train.jsonl', '{"taskname":"news/tone: 1","text":"Good","label":"yes"}\n');
  await newTaskFile({ server, texts: english });
  expect(parse(files.get('/d/news-tone- 1.ptask.json')!)).toMatchObject({
    new_tasks: ['news/tone: 1'],
    data: { train_ds: ['train.jsonl'] },
  });
});

it('New Task File writes copies of data whose answers are numbers, in which they are texts, and says so', async () => {
  const { files } = vscode;
  const rows = [1, 0, 1, 0].map((label, id) => ({ taskname: 'tone', id, text: `Row ${id}`, label }));
  files.set('/d/train.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  await newTaskFile({ server, texts: english });
  expect(files.get('/d/train.tone.jsonl')?.split('\n')[0]).toBe('{"taskname":"tone","text":"Row 0","label":"1"}');
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
  await newTaskFile({ server, texts: english });
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
  await newTaskFile({ server, texts: english });
  expect(files.get('/e/more.tone.jsonl')).toBe('{"taskname":"tone","text":"Bad","label":"no"}\n');
  expect(parse(files.get('/e/tone.ptask.json')!).data.train_ds).toEqual(['more.tone.jsonl']);
  const before = files.size;
  window.showQuickPick.mockImplementationOnce(async (items) => items.slice(-1));
  await newTaskFile({ server, texts: english });
  expect(files.size).toBe(before);
  window.showQuickPick.mockImplementationOnce(async (items) => items);
  await newTaskFile({ server, texts: english });
  expect(parse(files.get('/d/tone.ptask.json')!).data.train_ds).toEqual(['train.jsonl']);
});

it('New Task File takes a name with letters of any language, and the splits of the data whatever the task is called', async () => {
  const { files, window } = vscode;
  files.set('/d/test.jsonl', '{"text":"Gott","label":"ja"}\n');
  files.set('/d/train.jsonl', '{"text":"Illa","label":"nei"}\n');
  window.showInputBox.mockImplementationOnce(async ({ validateInput }) => {
    for (const name of ['ætlan-test', 'čoahkkáigeassu', 'намерение_2', 'کتاب\u200cها'])
      expect(validateInput(name)).toBeUndefined();
    for (const name of ['', 'a b', 'a/b', 'a:b']) expect(validateInput(name)).toMatch(/^Letters/);
    return 'ætlan-test';
  });
  await newTaskFile({ server, texts: english });
  expect(parse(files.get('/d/ætlan-test.ptask.json')!).data).toMatchObject({
    train_ds: ['train.ætlan-test.jsonl'],
    test_ds: ['test.ætlan-test.jsonl'],
  });
});

it('New Task File says what copies lack, and what makes data of no use', async () => {
  const { files, window } = vscode;
  files.set('/d/train.csv', 'text;label;\nGood;yes\nBad;no\nGood;yes\nSo so;\n');
  await newTaskFile({ server, texts: english });
  expect(window.showInformationMessage).toHaveBeenLastCalledWith(
    [
      '/d/train.csv: Rows without an answer, which were left out: 1.',
      '/d/train.csv: Rows that were there already, which were left out: 1.',
      '/d/train.csv: Columns without a name, which are left out: 1.',
    ].join(' '),
  );
  const before = files.size;
  files.set('/d/train.csv', 'Good,yes\nBad,no\nFine,yes\n');
  await newTaskFile({ server, texts: english });
  expect(window.showErrorMessage).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^train\.csv, line 1: The first line of a table names its columns/),
  );
  expect(files.size).toBe(before);
});
