import { spawn } from 'node:child_process';
import { appendFile, cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import {
  CancellationTokenSource,
  type ClientCapabilities,
  type CodeAction,
  CodeActionRequest,
  CodeActionResolveRequest,
  CodeLensRequest,
  CompletionRequest,
  DidChangeWorkspaceFoldersNotification,
  DocumentDiagnosticRequest,
  DocumentSymbolRequest,
  FileChangeType,
  HoverRequest,
  InlayHintRequest,
  LSPErrorCodes,
  PrepareRenameRequest,
  ProgressType,
  ReferencesRequest,
  RenameRequest,
  ShowMessageNotification,
  SymbolKind,
  WatchKind,
  WorkspaceDiagnosticRequest,
} from 'vscode-languageserver/node';
import { serializeSafetensors } from '../../model/src/safetensors.ts';
import { PREDICT_TASK, type TaskCommand, TRAIN_TASK } from '../../protocol/src/commands.ts';
import {
  PROPOSE_TASK_FILE_REQUEST,
  READY_ROWS_REQUEST,
  type TaskFileProposal,
} from '../../protocol/src/new-task-file.ts';
import { HAS_LINKS } from '../unit/has-links.ts';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { codesOf, Editor, PULLING, PUSHED, rangeOf, SERVER, uriOf } from './editor.ts';
import { events, PTASK, ptask } from './ptask.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures/task');
const EXAMPLES = path.resolve(import.meta.dirname, '../../examples');

/** A folder that the test may spoil, with a fixture's task file and data. */
async function copyOf(folder: string): Promise<{ dir: string; task: string; train: string }> {
  const dir = await temporaryFolder();
  await cp(folder, dir, { recursive: true });
  return { dir, task: path.join(dir, 'assistant.ptask.json'), train: path.join(dir, 'train.jsonl') };
}

const sound = () => copyOf(path.join(FIXTURES, 'sound'));
const faulty = () => copyOf(path.join(FIXTURES, 'faulty'));

const BAD_ROW = '{"taskname": "sentiment-task", "sentence": "Räntan stiger", "label": "postiva"}\n';

describe('an editor that is sent diagnostics', () => {
  it('shows a problem, applies its fix, and the problem is gone', async () => {
    const { task } = await faulty();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const misspelt = await editor.until(() => {
      const found = editor.pushed.get(document.uri)?.find(({ code, severity }) => code === 'schema' && severity === 2);
      return found ?? expect.fail('no such problem yet');
    });
    expect(misspelt).toMatchObject({ range: rangeOf(document, '"langauge"'), source: 'ptask' });
    const [fix] = await editor.fixes(document, misspelt);
    await editor.apply(fix!.edit!);
    expect(document.getText()).toContain('"language": "sv"');
    await editor.until(() =>
      expect(editor.pushed.get(document.uri)?.map(({ message }) => message)).not.toContain(misspelt.message),
    );
    expect(await editor.shutdown()).toBe(0);
  });

  it('is told of problems, and what is done about them, in its own language', async () => {
    const { task } = await faulty();
    const editor = await Editor.start({ locale: 'sv-SE' });
    const document = await editor.open(task);
    const misspelt = await editor.until(() => {
      const found = editor.pushed.get(document.uri)?.find(({ code, severity }) => code === 'schema' && severity === 2);
      return found ?? expect.fail('no such problem yet');
    });
    expect(misspelt.message).toBe('Okänd nyckel "langauge". Menade du "language"?');
    const titles = (await editor.fixes(document, misspelt)).map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(['Ändra till "language"', 'Ta bort "langauge"']));
    const hover = await editor.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: document.uri },
      position: rangeOf(document, '"task_templates"').start,
    });
    expect(JSON.stringify(hover?.contents)).toContain('En mall för varje uppgift');
  });

  it.each([
    [{ isolates: true }, '\u2068"سلبي"\u2069 is not one of the labels.'],
    [undefined, '"سلبي" is not one of the labels.'],
  ])('has texts from right to left set off if it draws them so: %j', async (initializationOptions, told) => {
    const { task, train } = await sound();
    await appendFile(train, '{"taskname": "sentiment-task", "sentence": "Räntan stiger", "label": "سلبي"}\n');
    const editor = await Editor.start({ initializationOptions });
    await editor.open(task);
    await editor.until(() => expect(editor.pushed.get(uriOf(train))?.[0]?.message).toContain(told));
  });

  it('is told of a bad row in the row’s own file, and of each change of that file on disk', async () => {
    const { task, train } = await sound();
    const editor = await Editor.start();
    await editor.open(task);
    await appendFile(train, BAD_ROW);
    await editor.fileChanged(train);
    await editor.until(() => expect(codesOf(editor.pushed.get(uriOf(train)))).toEqual(['row-label-unknown']));
    await rm(train);
    await editor.fileChanged(train, FileChangeType.Deleted);
    await editor.until(() => {
      expect(codesOf(editor.pushed.get(uriOf(train)))).toEqual([]);
      expect(codesOf(editor.pushed.get(uriOf(task)))).toContain('data-not-found');
    });
  });

  it('reads a data file that is open as it stands there', async () => {
    const { task, train } = await sound();
    const editor = await Editor.start();
    await editor.open(task);
    const rows = await editor.open(train);
    await editor.change(rows, [
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }, newText: '' },
    ]);
    await editor.until(() => expect(codesOf(editor.pushed.get(rows.uri))).toContain('row-syntax'));
    await editor.close(rows);
    await editor.until(() => expect(codesOf(editor.pushed.get(rows.uri))).toEqual([]));
  });

  it('is told nothing of a data file that no task file names', async () => {
    const { dir, task } = await sound();
    const editor = await Editor.start();
    await editor.open(path.join(dir, 'other.jsonl'), 'no row');
    await editor.open(task, '{');
    await editor.until(() => expect(codesOf(editor.pushed.get(uriOf(task)))).toContain('json-syntax'));
    expect([...editor.pushed.keys()]).toEqual([uriOf(task)]);
  });

  it('is asked to watch the folders outside the workspace that task files name', async () => {
    const { dir, task, train } = await sound();
    const elsewhere = await temporaryFolder();
    await rename(train, path.join(elsewhere, 'rows.jsonl'));
    const text = await readFile(task, 'utf8');
    await writeFile(task, text.replace('"train.jsonl"', JSON.stringify(path.join(elsewhere, 'rows.jsonl'))));
    const editor = await Editor.start({ folders: [dir] });
    await editor.until(() => expect(JSON.stringify(editor.registrations)).toContain(JSON.stringify(uriOf(elsewhere))));
    await appendFile(path.join(elsewhere, 'rows.jsonl'), BAD_ROW);
    await editor.fileChanged(path.join(elsewhere, 'rows.jsonl'));
    await editor.until(() =>
      expect(codesOf(editor.pushed.get(uriOf(path.join(elsewhere, 'rows.jsonl'))))).toEqual(['row-label-unknown']),
    );
  });

  it.runIf(HAS_LINKS).each([
    ['the file', 'train.jsonl'],
    ['its folder', 'data/train.jsonl'],
  ])('is asked to watch data behind a link that is %s, and takes changes at its other end', async (_, name) => {
    const { dir, task, train } = await sound();
    const [elsewhere, other] = [await temporaryFolder(), await temporaryFolder()];
    const link = path.join(dir, name === 'train.jsonl' ? name : 'data');
    const targetIn = (folder: string) => (name === 'train.jsonl' ? path.join(folder, name) : folder);
    const rows = await readFile(train, 'utf8');
    for (const folder of [elsewhere, other]) await writeFile(path.join(folder, 'train.jsonl'), rows);
    await rm(train);
    // On the way there is another link.
    const between = path.join(await temporaryFolder(), 'between');
    await symlink(targetIn(elsewhere), between);
    await symlink(between, link);
    await writeFile(task, (await readFile(task, 'utf8')).replace('"train.jsonl"', JSON.stringify(name)));
    const editor = await Editor.start({ folders: [dir] });
    const named = uriOf(path.join(dir, name));
    for (const folder of [elsewhere, path.dirname(between)])
      await editor.until(() => expect(JSON.stringify(editor.registrations)).toContain(JSON.stringify(uriOf(folder))));
    await appendFile(path.join(elsewhere, 'train.jsonl'), BAD_ROW);
    await editor.fileChanged(path.join(elsewhere, 'train.jsonl'));
    await editor.until(() => expect(codesOf(editor.pushed.get(named))).toEqual(['row-label-unknown']));
    await rm(between);
    await symlink(targetIn(other), between);
    await editor.fileChanged(between);
    await editor.until(() => expect(codesOf(editor.pushed.get(named))).toEqual([]));
    await editor.until(() => expect(JSON.stringify(editor.registrations)).toContain(JSON.stringify(uriOf(other))));
    await appendFile(path.join(other, 'train.jsonl'), BAD_ROW);
    await editor.fileChanged(path.join(other, 'train.jsonl'));
    await editor.until(() => expect(codesOf(editor.pushed.get(named))).toEqual(['row-label-unknown']));
  });

  it.each(['rows.json', 'rows'])('is asked to watch data in the workspace with a name such as %s', async (name) => {
    const { dir, task, train } = await sound();
    const editor = await Editor.start({ folders: [dir] });
    await editor.until(() => expect(JSON.stringify(editor.registrations)).toContain('jsonl'));
    expect(JSON.stringify(editor.registrations)).not.toContain(JSON.stringify(uriOf(dir)));
    await rename(train, path.join(dir, name));
    const text = await readFile(task, 'utf8');
    await writeFile(task, text.replace('"train.jsonl"', JSON.stringify(name)));
    await editor.fileChanged(task);
    await editor.until(() => expect(JSON.stringify(editor.registrations)).toContain(JSON.stringify(uriOf(dir))));
  });

  it('is told after each edit where its problems are, though they are where they were', async () => {
    const { task } = await faulty();
    const editor = await Editor.start();
    const document = await editor.open(task);
    await editor.until(() => expect(codesOf(editor.pushed.get(document.uri))).toContain('placeholder-unknown'));
    const before = editor.pushed.get(document.uri);
    editor.pushed.delete(document.uri);
    await editor.type(document, 'A task file', 'This file');
    expect(await editor.until(() => editor.pushed.get(document.uri) ?? expect.fail('not yet'))).toEqual(before);
  });

  it('is told what other programs do to data though it watches no files, also in a folder that comes and goes', async () => {
    const { dir, task, train } = await sound();
    const { workspace: _, ...capabilities } = PUSHED;
    const editor = await Editor.start({ folders: [dir], capabilities });
    const shown = (file: string) => codesOf(editor.pushed.get(uriOf(file)));
    const document = await editor.open(task);
    // The check that ends with this answer has looked at the data, and has them watched.
    const hints = () =>
      editor.connection.sendRequest(InlayHintRequest.type, {
        textDocument: { uri: document.uri },
        range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
      });
    await editor.until(async () => expect(JSON.stringify(await hints())).toContain('2 rows'));
    await appendFile(train, BAD_ROW);
    await editor.until(() => expect(shown(train)).toEqual(['row-label-unknown']));

    await editor.type(document, '"train.jsonl"', '"rows/train.jsonl"');
    await editor.until(() => expect(shown(task)).toContain('data-not-found'));
    const rows = path.join(dir, 'rows');
    for (const _ of ['once', 'and again']) {
      await mkdir(rows);
      await cp(train, path.join(rows, 'train.jsonl'));
      await editor.until(() => expect(shown(path.join(rows, 'train.jsonl'))).toEqual(['row-label-unknown']));
      await rm(rows, { recursive: true });
      await editor.until(() => expect(shown(task)).toContain('data-not-found'));
    }
    expect(editor.log).toEqual([]);
  });

  it('finds a problem’s code explained', async () => {
    const { task } = await faulty();
    const editor = await Editor.start();
    await editor.open(task);
    const diagnostics = await editor.until(() => editor.pushed.get(uriOf(task)) ?? expect.fail('none yet'));
    for (const { code, codeDescription } of diagnostics) {
      const page = new URL(codeDescription!.href);
      expect(page.hash).toBe(`#${code}`);
      page.hash = '';
      expect(await readFile(fileURLToPath(page), 'utf8')).toContain(`\n## ${code}\n`);
    }
  });

  it('is not offered what it cannot do', async () => {
    const { server } = await Editor.start({ capabilities: {} });
    expect(server.capabilities).not.toHaveProperty('diagnosticProvider');
    expect(server.capabilities).not.toHaveProperty('codeActionProvider');
    expect(server.capabilities.workspace).toEqual({});
  });
});

describe('an editor that asks for diagnostics', () => {
  it('is sent none, and is told when to ask again', async () => {
    const { task, train } = await sound();
    const editor = await Editor.start({ capabilities: PULLING });
    const { uri } = await editor.open(task);
    expect(await editor.pull(uri)).toEqual([]);
    await appendFile(train, BAD_ROW);
    await editor.fileChanged(train);
    await editor.until(() => expect(editor.refreshed).toContain('workspace/diagnostic/refresh'));
    expect(codesOf(await editor.pull(uriOf(train)))).toEqual(['row-label-unknown']);
    expect(editor.pushed).toEqual(new Map());
  });

  it('is told when hints and lenses may be others, after a check', async () => {
    const { task } = await sound();
    const editor = await Editor.start({ capabilities: PULLING });
    const { uri } = await editor.open(task);
    await editor.until(() =>
      expect(editor.refreshed).toEqual(
        expect.arrayContaining(['workspace/inlayHint/refresh', 'workspace/codeLens/refresh']),
      ),
    );
    const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    const hints = await editor.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range });
    expect(JSON.stringify(hints)).toContain('2 rows');
  });

  it('is not sent again what it has', async () => {
    const { task } = await faulty();
    const editor = await Editor.start({ capabilities: PULLING });
    const { uri } = await editor.open(task);
    const ask = (previousResultId?: string) =>
      editor.connection.sendRequest(DocumentDiagnosticRequest.type, {
        textDocument: { uri },
        ...(previousResultId && { previousResultId }),
      });
    const first = await editor.until(async () => {
      const report = await ask();
      expect(report.kind === 'full' && codesOf(report.items)).toContain('placeholder-unknown');
      return report;
    });
    expect(await ask(first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
    expect((await ask('something else')).kind).toBe('full');
  });

  it('hears of all files of the workspace, then of nothing until something changes', async () => {
    const { dir, task, train } = await faulty();
    const editor = await Editor.start({ capabilities: PULLING, folders: [dir] });
    const known = new Map<string, { value: string; codes: unknown[] }>();
    const ask = async () => {
      const previousResultIds = [...known].map(([uri, { value }]) => ({ uri, value }));
      const { items } = await editor.connection.sendRequest(WorkspaceDiagnosticRequest.type, { previousResultIds });
      for (const item of items) {
        if (item.kind === 'full') known.set(item.uri, { value: item.resultId!, codes: codesOf(item.items) });
      }
      return items.map(({ uri }) => uri);
    };
    while (!known.get(uriOf(train))?.codes.includes('row-syntax')) await ask();
    expect(known.get(uriOf(task))?.codes).toContain('split-sum');

    // What takes longer to find out, such as what the model says, may still come before.
    const next = (async () => {
      while (!(await ask()).includes(uriOf(train)));
    })();
    await writeFile(train, '');
    await editor.fileChanged(train);
    await next;
    while (known.get(uriOf(train))?.codes.length !== 0) await ask();
  });
});

describe('a request', () => {
  it('that waits for news can be cancelled', async () => {
    const editor = await Editor.start({ capabilities: PULLING });
    const cancel = new CancellationTokenSource();
    const news = editor.connection.sendRequest(
      WorkspaceDiagnosticRequest.type,
      { previousResultIds: [] },
      cancel.token,
    );
    cancel.cancel();
    await expect(news).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });

  it('that waits for news is answered when the server is shut down', async () => {
    const editor = await Editor.start({ capabilities: PULLING });
    const news = editor.connection.sendRequest(WorkspaceDiagnosticRequest.type, { previousResultIds: [] });
    expect(await editor.shutdown()).toBe(0);
    expect(await news).toEqual({ items: [] });
  });

  it('that is cancelled, before its turn or after, is told so, and nothing is logged', async () => {
    const { dir, task } = await sound();
    const many = Array.from(
      { length: 20_000 },
      () => '{"taskname": "sentiment-task", "sentence": "x", "label": "negativa"}',
    );
    await writeFile(path.join(dir, 'train.jsonl'), many.join('\n'));
    const editor = await Editor.start();
    const { uri } = await editor.open(task);
    const cancel = new CancellationTokenSource();
    const references = editor.connection.sendRequest(
      ReferencesRequest.type,
      { textDocument: { uri }, position: { line: 3, character: 20 }, context: { includeDeclaration: true } },
      cancel.token,
    );
    cancel.cancel();
    await expect(references).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(editor.log).toEqual([]);
  });
});

describe('the task files of the workspace', () => {
  it('are checked without being opened, but for those in dependencies and hidden folders', async () => {
    const { dir } = await faulty();
    for (const elsewhere of ['node_modules/other', '.cache'])
      await cp(path.join(FIXTURES, 'faulty'), path.join(dir, elsewhere), { recursive: true });
    await cp(path.join(FIXTURES, 'faulty'), path.join(dir, 'tasks', 'deep'), { recursive: true });
    const editor = await Editor.start({ folders: [dir] });
    const seen = () =>
      new Set([...editor.pushed.keys()].map((uri) => path.relative(dir, path.dirname(fileURLToPath(uri)))));
    await editor.until(() => expect(seen()).toEqual(new Set(['', path.join('tasks', 'deep')])));
    expect(editor.registrations.map(({ method }) => method)).toContain('workspace/didChangeWatchedFiles');
  });

  it('are as they were last told of, for what is asked right after', async () => {
    const { dir } = await sound();
    const editor = await Editor.start({ folders: [dir] });
    const file = path.join(dir, 'second.ptask.json');
    const told = async (taskname: string) => {
      await writeFile(file, JSON.stringify({ task_templates: [{ taskname, prompt_template: '' }] }));
      editor.fileChanged(file);
      return editor.connection.sendRequest('ptask/templates', { textDocument: { uri: uriOf(file) } });
    };
    expect(await told('one')).toMatchObject([{ taskname: 'one' }]);
    expect(await told('two')).toMatchObject([{ taskname: 'two' }]);
  });

  it('come, change, move and go', async () => {
    const { dir } = await sound();
    const editor = await Editor.start({ folders: [dir] });
    const file = path.join(dir, 'second.ptask.json');
    const codes = () => codesOf(editor.pushed.get(uriOf(file)));
    await writeFile(file, '{ "model": }');
    await editor.fileChanged(file, FileChangeType.Created);
    await editor.until(() => expect(codes()).toContain('json-syntax'));
    await writeFile(file, '{ "model": "none" }');
    await editor.fileChanged(file);
    await editor.until(() => expect(codes()).toContain('model-not-found'));

    const moved = path.join(dir, 'third.ptask.json');
    await rename(file, moved);
    await editor.fileChanged(file, FileChangeType.Deleted);
    await editor.fileChanged(moved, FileChangeType.Created);
    await editor.until(() => {
      expect(codes()).toEqual([]);
      expect(codesOf(editor.pushed.get(uriOf(moved)))).toContain('model-not-found');
    });
  });

  it('are, after they were open, what was saved, though the editor watches no files', async () => {
    const { dir, task } = await sound();
    const { workspace: _, ...capabilities } = PUSHED;
    const editor = await Editor.start({ folders: [dir], capabilities });
    const codes = () => codesOf(editor.pushed.get(uriOf(task)));
    const document = await editor.open(task);
    await editor.type(document, '[7, 3]', '[7, 4]');
    await editor.save(document);
    await editor.type(document, '[7, 4]', '[7, 3]');
    await editor.until(() => expect(codes()).toEqual([]));
    await editor.close(document);
    await editor.until(() => expect(codes()).toEqual(['split-sum']));
  });

  it('come with their folder, which the editor is asked to tell of', async () => {
    const { dir } = await sound();
    const editor = await Editor.start({ folders: [dir] });
    await editor.until(() =>
      expect(editor.registrations.flatMap(({ registerOptions }) => registerOptions.watchers)).toContainEqual({
        globPattern: '**',
        kind: WatchKind.Create | WatchKind.Delete,
      }),
    );
    const tasks = path.join(dir, 'tasks');
    await cp(path.join(FIXTURES, 'faulty'), tasks, { recursive: true });
    await editor.fileChanged(tasks, FileChangeType.Created);
    const file = uriOf(path.join(tasks, 'assistant.ptask.json'));
    await editor.until(() => expect(codesOf(editor.pushed.get(file))).toContain('split-sum'));
  });

  it('go with their folder', async () => {
    const { dir } = await sound();
    const tasks = path.join(dir, 'tasks');
    await cp(path.join(FIXTURES, 'faulty'), tasks, { recursive: true });
    const editor = await Editor.start({ folders: [dir] });
    const file = uriOf(path.join(tasks, 'assistant.ptask.json'));
    await editor.until(() => expect(codesOf(editor.pushed.get(file))).toContain('split-sum'));
    await rm(tasks, { recursive: true });
    await editor.fileChanged(tasks, FileChangeType.Deleted);
    await editor.until(() => expect([...editor.pushed.values()].flat()).toEqual([]));
  });

  it('follow the folders that the editor shows', async () => {
    const { dir, task } = await faulty();
    const editor = await Editor.start();
    const folder = { uri: uriOf(dir), name: 'tasks' };
    const show = (added: (typeof folder)[], removed: (typeof folder)[]) =>
      editor.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, { event: { added, removed } });
    await show([folder], []);
    await editor.until(() => expect(codesOf(editor.pushed.get(uriOf(task)))).toContain('placeholder-unknown'));
    // The same folder, as it is also written.
    await show([], [{ ...folder, uri: `${folder.uri}/` }]);
    await editor.until(() => expect([...editor.pushed.values()].flat()).toEqual([]));
  });
});

describe('the editor and ptask check', () => {
  it.each([
    ['the fixtures', FIXTURES],
    ['the examples', EXAMPLES],
  ])('say the same of every file of %s', async (_, root) => {
    const { dir } = await copyOf(root);
    const names = await readdir(dir, { recursive: true });
    const files = names.filter((name) => name.endsWith('.ptask.json'));
    for (const name of names) if (name.endsWith('.jsonl')) await appendFile(path.join(dir, name), BAD_ROW);
    // Demo models have not been made there, and are made by neither.
    const env = { PTASK_CACHE: await temporaryFolder() };
    const paths = files.map((file) => path.join(dir, file));
    const checked = events((await ptask(['check', ...paths, '--json'], { env })).stdout);
    const expected = checked.map(({ event, ...problem }) => problem);
    expect(expected.length).toBeGreaterThan(files.length);

    const editor = await Editor.start({ folders: [dir], env });
    const severities = ['', 'error', 'warning', 'information'];
    const shown = () =>
      [...editor.pushed].flatMap(([uri, diagnostics]) =>
        diagnostics.map(({ range: { start, end }, severity, code, message }) => ({
          file: fileURLToPath(uri),
          line: start.line + 1,
          column: start.character + 1,
          endLine: end.line + 1,
          endColumn: end.character + 1,
          severity: severities[severity!],
          code,
          message,
        })),
      );
    const inOrder = (problems: object[]) => problems.map((problem) => JSON.stringify(problem)).sort();
    await editor.until(() => expect(inOrder(shown())).toEqual(inOrder(expected)));
    expect(await readdir(env.PTASK_CACHE)).toEqual([]);
  });
});

describe('a prompt table', () => {
  it('that training has written shows above the template', async () => {
    const { task } = await sound();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const titles = async () => {
      const params = { textDocument: { uri: document.uri } };
      const lenses = await editor.connection.sendRequest(CodeLensRequest.type, params);
      return lenses!.map(({ command }) => command?.title);
    };
    await editor.until(async () => expect(await titles()).toEqual(['not trained yet']));
    const table = path.join(path.dirname(task), 'assistant.prompts.safetensors');
    const prompt = { dtype: 'F32' as const, shape: [10, 1], data: new Float32Array(10) };
    const record = {
      template: { prompt_template: 'x', virtual_token_splits: [10] },
      encoder: {},
      seed: 1,
      backbone: 'x',
      tokenizer: 'x',
      data: 'x',
      metrics: { train_rows: 418 },
      date: '2024-05-06T07:08:09Z',
      version: '0.1.0',
    };
    const metadata = { 'task.sentiment-task': JSON.stringify(record) };
    await writeFile(table, serializeSafetensors(new Map([['sentiment-task', prompt]]), metadata));
    await editor.fileChanged(table, FileChangeType.Created);
    await editor.until(async () => expect((await titles())[0]).toMatch(/^trained 2024-05-06 on 418 rows/));
    expect(codesOf(editor.pushed.get(document.uri))).toContain('template-changed');

    // What no edit can do is told without a question, which some editors have no answer to.
    let note = '';
    editor.connection.onNotification(ShowMessageNotification.type, ({ message }) => {
      note = message;
    });
    await editor.connection.sendRequest(RenameRequest.type, {
      textDocument: { uri: document.uri },
      position: rangeOf(document, 'sentiment-task",\n      "prompt_template').start,
      newName: 'mood',
    });
    await editor.until(() => expect(note).toMatch(/keeps the trained prompt of "sentiment-task"/));
    expect(editor.log).toEqual([]);
  });
});

describe('an edit', () => {
  it('renames a label in the task file and in all its rows', async () => {
    const { task, train } = await sound();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const params = { textDocument: { uri: document.uri }, position: rangeOf(document, 'positiva').start };
    expect(await editor.connection.sendRequest(PrepareRenameRequest.type, params)).toMatchObject({
      placeholder: 'positiva',
    });
    const edit = await editor.connection.sendRequest(RenameRequest.type, { ...params, newName: 'glad' });
    await editor.apply(edit!);
    expect(document.getText()).toContain('"labels": { "glad": ["positiv"]');
    expect(edit!.changes![uriOf(train)]!.length).toBeGreaterThan(0);

    const refused = editor.connection.sendRequest(RenameRequest.type, { ...params, newName: 'negativa' });
    await expect(refused).rejects.toThrow(/negativa/);
    expect(editor.log).toEqual([]);
  });

  it('fixes all that is never wrong', async () => {
    const { task } = await faulty();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const fixAll = await editor.until(async () => {
      const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri: document.uri },
        range: rangeOf(document, '"langauge"'),
        context: { diagnostics: [], only: ['source.fixAll'] },
      });
      return actions?.[0] ?? expect.fail('nothing to fix yet');
    });
    await editor.apply((fixAll as CodeAction).edit!);
    await editor.until(() => expect(codesOf(editor.pushed.get(document.uri))).not.toContain('marker-order'));
  });

  it('fixes all rows of a kind, of which only some are shown, when that is chosen', async () => {
    const { task, train } = await sound();
    const [first] = (await readFile(train, 'utf8')).split('\n');
    await appendFile(train, `${first}\n`.repeat(300));
    const editor = await Editor.start({ capabilities: RESOLVING });
    await editor.open(task);
    const document = await editor.open(train);
    const action = await editor.until(async () => {
      const found = editor.pushed.get(document.uri)?.find(({ code }) => code === 'row-duplicate');
      const duplicate = found ?? expect.fail('no duplicate yet');
      const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri: document.uri },
        range: duplicate.range,
        context: { diagnostics: [duplicate] },
      });
      return (actions?.find(({ title }) => title === 'Remove every duplicate row') as CodeAction) ?? expect.fail();
    });
    expect(action.edit).toBeUndefined();
    const { edit } = await editor.connection.sendRequest(CodeActionResolveRequest.type, action);
    await editor.apply(edit!);
    expect(document.getText()).toBe((await readFile(train, 'utf8')).replace(`${first}\n`.repeat(300), ''));
    await editor.until(() => expect(codesOf(editor.pushed.get(document.uri))).not.toContain('row-duplicate'));
  });
});

/** An editor that asks for the edit of an action only when it is chosen. */
const RESOLVING: ClientCapabilities = {
  ...PUSHED,
  textDocument: {
    ...PUSHED.textDocument,
    codeAction: { ...PUSHED.textDocument?.codeAction, dataSupport: true, resolveSupport: { properties: ['edit'] } },
  },
};

describe('a question', () => {
  it('what a key means', async () => {
    const { task } = await sound();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const hover = await editor.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: document.uri },
      position: rangeOf(document, 'total_virtual_tokens').start,
    });
    expect(JSON.stringify(hover?.contents)).toMatch(/virtual tokens/i);
  });

  it('is answered without Markdown where the editor shows none', async () => {
    const { task } = await sound();
    const completionItem = { documentationFormat: ['plaintext' as const] };
    const textDocument = { ...PUSHED.textDocument, hover: { contentFormat: ['plaintext' as const] } };
    const editor = await Editor.start({
      capabilities: { ...PUSHED, textDocument: { ...textDocument, completion: { completionItem } } },
    });
    const document = await editor.open(task);
    const { start } = rangeOf(document, 'total_virtual_tokens');
    const at = { textDocument: { uri: document.uri }, position: start };
    const hover = await editor.connection.sendRequest(HoverRequest.type, at);
    expect(hover?.contents).toEqual({
      kind: 'plaintext',
      value: expect.stringMatching(/^total_virtual_tokens: .* sum of virtual_token_splits;/s),
    });
    const list = await editor.connection.sendRequest(CompletionRequest.type, at);
    const items = Array.isArray(list) ? list : (list?.items ?? []);
    expect(items.map(({ documentation }) => documentation)).toContainEqual({
      kind: 'plaintext',
      value: expect.stringMatching(/^total_virtual_tokens: /),
    });
  });

  it('what could stand here', async () => {
    const { task } = await sound();
    const editor = await Editor.start();
    const document = await editor.open(task);
    await editor.type(document, '{sentence}', '{');
    const { start } = rangeOf(document, '{ <|VIRTUAL_PROMPT_1|>');
    const labels = async () => {
      const list = await editor.connection.sendRequest(CompletionRequest.type, {
        textDocument: { uri: document.uri },
        position: { line: start.line, character: start.character + 1 },
      });
      return (Array.isArray(list) ? list : (list?.items ?? [])).map(({ label }) => label);
    };
    await editor.until(async () => expect(await labels()).toContain('{sentence}'));
  });

  it('what a row of a data file is to the model, and what its answer could be', async () => {
    const { task, train } = await sound();
    const editor = await Editor.start();
    await editor.open(task);
    const rows = await editor.open(train);
    const label = rows.positionAt(rows.getText().indexOf('"label"') + '"label"'.length);
    const hovered = () =>
      editor.connection.sendRequest(HoverRequest.type, { textDocument: { uri: rows.uri }, position: label });
    await editor.until(async () => {
      const { contents } = (await hovered()) ?? expect.fail('nothing yet');
      expect(JSON.stringify(contents)).toMatch(/⟨\d+⟩.* of at most \d+ tokens/);
    });
    const list = await editor.connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri: rows.uri },
      position: { line: label.line, character: label.character + ': "'.length },
    });
    const labels = (Array.isArray(list) ? list : (list?.items ?? [])).map((item) => item.label);
    expect(labels).toEqual(expect.arrayContaining(['"positiva"', '"negativa"']));
  });

  it('which files and models a path could name, and what the model is', async () => {
    const { task } = await sound();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const at = (text: string) => ({ textDocument: { uri: document.uri }, position: rangeOf(document, text).start });
    const list = await editor.connection.sendRequest(CompletionRequest.type, at('train.jsonl'));
    const labels = (Array.isArray(list) ? list : (list?.items ?? [])).map((item) => item.label);
    expect(labels).toEqual(['"train.jsonl"']);
    await editor.until(async () => {
      const hover = await editor.connection.sendRequest(HoverRequest.type, at('demo'));
      expect(JSON.stringify(hover?.contents)).toMatch(/gpt2, \d+ layers .* million parameters/);
    });
  });

  it.each<[string, string, object]>([
    ['where a name is given', 'textDocument/definition', {}],
    ['where it is used', 'textDocument/references', { context: { includeDeclaration: true } }],
    ['where it stands in this file', 'textDocument/documentHighlight', {}],
    ['what is in the file', 'textDocument/documentSymbol', {}],
    ['where its links lead', 'textDocument/documentLink', {}],
    ['what can be folded', 'textDocument/foldingRange', {}],
    ['what to select next', 'textDocument/selectionRange', { positions: [{ line: 6, character: 20 }] }],
    ['how it is laid out', 'textDocument/formatting', { options: { tabSize: 4, insertSpaces: true } }],
    ['how a part is laid out', 'textDocument/rangeFormatting', { options: { tabSize: 4, insertSpaces: true } }],
    ['what its words are', 'textDocument/semanticTokens/full', {}],
    ['what the words of a part are', 'textDocument/semanticTokens/range', {}],
    ['what to show beside it', 'textDocument/inlayHint', {}],
    ['what to show above it', 'textDocument/codeLens', {}],
  ])('%s', async (_, method, more) => {
    const { task } = await sound();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const params = {
      textDocument: { uri: document.uri },
      position: rangeOf(document, '{sentence}').start,
      range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
      ...more,
    };
    // The place of a placeholder's name is behind its brace.
    params.position.character++;
    await editor.until(async () => {
      const result = await editor.connection.sendRequest<object[] | { data: number[] }>(method, params);
      expect('data' in result ? result.data : result).not.toEqual([]);
    });
    expect(editor.log).toEqual([]);
  });

  it('what is in the file is answered with a list where the editor shows no tree', async () => {
    const { task } = await sound();
    const editor = await Editor.start({ capabilities: {} });
    const { uri } = await editor.open(task);
    const symbols = await editor.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } });
    expect(symbols).toContainEqual({
      name: '{sentence}',
      kind: SymbolKind.Field,
      containerName: 'sentiment-task',
      location: { uri, range: expect.anything() },
    });
  });

  it('what can be done with a task names the commands that the editor knows, and no others', async () => {
    const { task } = await sound();
    const commandsFor = async (commands: TaskCommand[]) => {
      const editor = await Editor.start({ initializationOptions: { commands } });
      const { uri } = await editor.open(task);
      const lenses = await editor.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } });
      return lenses!.flatMap(({ command }) => command?.command || []);
    };
    expect(await commandsFor([TRAIN_TASK, PREDICT_TASK])).toEqual([TRAIN_TASK, PREDICT_TASK]);
    expect(await commandsFor([])).toEqual([]);
  });

  it('about a document that is no file, or that nobody has opened, has no answer', async () => {
    const editor = await Editor.start();
    for (const uri of ['untitled:Untitled-1', 'file://elsewhere/a.ptask.json', 'file:///nowhere/a.ptask.json']) {
      const params = { textDocument: { uri }, position: { line: 0, character: 0 } };
      expect(await editor.connection.sendRequest(HoverRequest.type, params)).toBeNull();
    }
    expect(editor.log).toEqual([]);
  });
});

describe('a new task file', () => {
  it('has rows that come in parts before the answer, while other questions are answered', async () => {
    const dir = await temporaryFolder();
    const file = path.join(dir, 'rows.csv');
    const rows = Array.from({ length: 60_000 }, (_, n) => `${'the text of a row '.repeat(8)}${n};${n % 2 ? 'a' : 'b'}`);
    await writeFile(file, ['text;label', ...rows].join('\r\n'));
    const { task } = await sound();
    const editor = await Editor.start();
    const document = await editor.open(task);
    const files = [uriOf(file)];
    const proposal = await editor.connection.sendRequest<TaskFileProposal>(PROPOSE_TASK_FILE_REQUEST, { files });
    expect(proposal).toMatchObject({ fields: ['text'], answerField: 'label', labels: ['b', 'a'], unlike: [0] });
    const parts: string[] = [];
    editor.connection.onProgress(new ProgressType<string>(), 'copy', (part) => void parts.push(part));
    const wanted = { file: files[0], taskname: 'tone', fields: ['text'], answerField: 'label' };
    const order: string[] = [];
    const copied = editor.connection
      .sendRequest(READY_ROWS_REQUEST, { ...wanted, partialResultToken: 'copy' })
      .finally(() => order.push('copied'));
    const position = rangeOf(document, '"model"').start;
    await editor.connection.sendRequest(HoverRequest.type, { textDocument: { uri: document.uri }, position });
    order.push('hover');
    expect(await copied).toEqual({ name: 'rows.tone', notes: [] });
    expect(order).toEqual(['hover', 'copied']);
    expect(parts.length).toBeGreaterThan(10);
    expect(parts.join('').split('\n')).toHaveLength(60_001);
  });

  it('is given up when the editor cancels it', async () => {
    const dir = await temporaryFolder();
    const file = path.join(dir, 'rows.csv');
    await writeFile(file, `text;label\n${'some text;a\nother text;b\n'.repeat(300_000)}`);
    const editor = await Editor.start();
    const source = new CancellationTokenSource();
    const asked = editor.connection.sendRequest(PROPOSE_TASK_FILE_REQUEST, { files: [uriOf(file)] }, source.token);
    setTimeout(() => source.cancel(), 20);
    await expect(asked).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });
});

describe('the server as a process', () => {
  it('is also what ptask lsp --stdio starts', async () => {
    const editor = await Editor.start({ command: [process.execPath, PTASK, 'lsp', '--stdio'] });
    expect(editor.server.serverInfo?.name).toBe('ptask');
    expect(await editor.shutdown()).toBe(0);
    expect(await ptask(['lsp'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--stdio') });
  });

  it('talks over IPC, as VS Code starts it, and ends when the channel is cut', async () => {
    const { task } = await faulty();
    const editor = await Editor.start({ command: [process.execPath, SERVER, '--node-ipc'] });
    const { uri } = await editor.open(task);
    await editor.until(() => expect(codesOf(editor.pushed.get(uri))).toContain('split-sum'));
    editor.process.disconnect();
    expect(await editor.exited).not.toBeNull();
  });

  it('ends with 1 when it is told to exit without a shutdown', async () => {
    const editor = await Editor.start();
    await editor.connection.sendNotification('exit');
    expect(await editor.exited).toBe(1);
  });

  it('ends when its input does', async () => {
    const editor = await Editor.start();
    editor.process.stdin!.end();
    expect(await editor.exited).toBe(1);
  });

  it('ends when the editor’s process has gone, though its input stays open', async () => {
    const parent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const editor = await Editor.start({ capabilities: PUSHED, processId: parent.pid! });
    parent.kill('SIGKILL');
    expect(await editor.exited).not.toBeNull();
  });

  it('lives on after a message that makes no sense', async () => {
    const { task } = await sound();
    const editor = await Editor.start();
    await expect(editor.connection.sendRequest('textDocument/hover', {})).rejects.toThrow();
    await expect(editor.connection.sendRequest('ptask/rows', {})).rejects.toThrow();
    await expect(editor.connection.sendRequest('no/such/request', {})).rejects.toThrow();
    await editor.connection.sendNotification('textDocument/didChange', { textDocument: { uri: 'x' } });
    await editor.until(() => expect(editor.log.join('\n')).toMatch(/TypeError: .*\n +at /));
    const document = await editor.open(task);
    const params = { textDocument: { uri: document.uri }, position: { line: 1, character: 4 } };
    expect(await editor.connection.sendRequest(HoverRequest.type, params)).not.toBeNull();
  });
});
