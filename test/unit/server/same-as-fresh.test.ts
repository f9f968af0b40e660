import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileChangeType, type RelativePattern, WatchKind } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeAction, Diagnostic, TextEdit } from 'vscode-languageserver-types';
import { serializeSafetensors } from '../../../model/src/safetensors.ts';
import { fileUri } from '../../../server/src/uris.ts';
import { TINY, tinyConfig, tinyTensors, tinyTokenizer } from '../model/tiny-model.ts';
import { line, lineEnd } from '../task/data/arbitrary-data.ts';
import { taskFile, template } from '../task/harness.ts';
import { expectInside, WholeServer } from './whole-server.ts';

/*
 * An editor, its workspace and other programs do anything to task files, data, models and prompt tables: what the server then shows
 * and answers is what one says that is started now.
 */

type Content = string | Uint8Array;

/** Long enough for rows. */
const POSITIONS = 128;
const LONG_ENOUGH = {
  dtype: 'F32',
  shape: [POSITIONS, TINY.hidden],
  data: new Float32Array(POSITIONS * TINY.hidden),
} as const;

const MODEL: Readonly<Record<string, Content>> = {
  'config.json': JSON.stringify(tinyConfig({ n_positions: POSITIONS })),
  'tokenizer.json': JSON.stringify(tinyTokenizer()),
  'model.safetensors': serializeSafetensors(tinyTensors().set('transformer.wpe.weight', LONG_ENOUGH), { format: 'pt' }),
};

function tableOf(task: string, tokens: number): Uint8Array {
  const record = {
    template: { prompt_template: '<|VIRTUAL_PROMPT_0|> {sentence}:{label}', virtual_token_splits: [tokens] },
    encoder: { encoder_type: 'mlp' },
    seed: 1,
    backbone: 'b',
    tokenizer: 't',
    data: 'd',
    metrics: {},
    date: '2024-05-06T07:08:09Z',
    version: '0.1.0',
  };
  const prompt = { dtype: 'F32', shape: [tokens, 4], data: new Float32Array(tokens * 4) } as const;
  return serializeSafetensors(new Map([[task, prompt]]), { [`task.${task}`]: JSON.stringify(record) });
}

/** An edit at a share of a text's length. */
interface Typed {
  readonly at: number;
  readonly removed: number;
  readonly text: string;
  /** Whether a range that ends near the end of a line is told to end far behind it. */
  readonly isBeyond: boolean;
}

class Project {
  readonly #root = mkdtempSync(join(tmpdir(), 'ptask-'));
  readonly #open = new Map<string, TextDocument>();
  readonly #folders = new Set(['ws']);
  readonly #server: WholeServer;
  /** What the editor has seen happen to files, and not told yet, in order. */
  #seen: { readonly uri: string; readonly type: FileChangeType }[] = [];

  constructor(files: Readonly<Record<string, Content>>) {
    for (const folder of ['ws/sub', 'ws2', 'out']) mkdirSync(this.#path(folder), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.#path(name)), { recursive: true });
      writeFileSync(this.#path(name), content);
    }
    this.#server = this.#startServer();
  }

  /** Resolves when the server has nothing to do, and what task files name is watched. */
  async quiet(): Promise<void> {
    for (;;) {
      await this.#server.quiet();
      const named = [...this.#server.service.dependencies()].filter((path) => path.startsWith(this.#root));
      const names = named.map((path) => this.#nameOf(path));
      if (names.every((name) => this.#isWatched(name, FileChangeType.Created))) return;
    }
  }

  /** @param text in place of what is on disk */
  openFile(name: string, text = this.#read(name)): void {
    if (text === undefined || this.#open.has(name)) return;
    const document = TextDocument.create(this.#uri(name), '', 1, text);
    this.#open.set(name, document);
    this.#server.tell('didOpenTextDocument', { textDocument: { uri: document.uri, text } });
  }

  close(name: string): void {
    if (this.#open.delete(name)) this.#server.tell('didCloseTextDocument', { textDocument: { uri: this.#uri(name) } });
  }

  save(name: string): void {
    const document = this.#open.get(name);
    if (document === undefined) return;
    this.write(name, document.getText());
    this.#server.tell('didSaveTextDocument', { textDocument: { uri: document.uri } });
  }

  /** All of it in one message, each change made to what the one before it left. */
  type(name: string, changes: readonly Typed[]): void {
    const document = this.#open.get(name);
    if (document === undefined) return;
    const contentChanges = changes.map(({ at, removed, text, isBeyond }) => {
      const start = Math.floor(at * (document.getText().length + 1));
      const range = { start: document.positionAt(start), end: document.positionAt(start + removed) };
      const atLineEnd = document.positionAt(document.offsetAt({ line: range.end.line, character: 1e6 }));
      if (isBeyond && atLineEnd.character - range.end.character < 3) range.end.character += 100;
      TextDocument.update(document, [{ range, text }], document.version + 1);
      return { range, text };
    });
    this.#server.tell('didChangeTextDocument', { textDocument: { uri: document.uri }, contentChanges });
  }

  /** What another program does to a file; undefined deletes it. */
  write(name: string, content: Content | undefined): void {
    const path = this.#path(name);
    const was = existsSync(path);
    if (!existsSync(dirname(path)) || (content === undefined && !was)) return;
    if (content === undefined) rmSync(path);
    else writeFileSync(path, content);
    this.#see(
      name,
      content === undefined ? FileChangeType.Deleted : was ? FileChangeType.Changed : FileChangeType.Created,
    );
  }

  writeModel(folder: string, names: readonly string[]): void {
    if (!existsSync(dirname(this.#path(folder)))) return;
    if (!existsSync(this.#path(folder))) {
      mkdirSync(this.#path(folder));
      this.#see(folder, FileChangeType.Created);
    }
    for (const name of names) this.write(`${folder}/${name}`, MODEL[name]);
  }

  /** Renames a file or folder, in the editor, which takes what it has open along, or elsewhere. */
  rename(from: string, to: string, isByEditor: boolean): void {
    const [before, after] = [this.#path(from), this.#path(to)];
    if (!existsSync(before) || existsSync(after) || !existsSync(dirname(after)) || this.#open.has(to)) return;
    const inside = [...this.#open].filter(([name]) => name === from || name.startsWith(`${from}/`));
    if (isByEditor) for (const [name] of inside) this.close(name);
    renameSync(before, after);
    if (isByEditor) {
      for (const [name, document] of inside) this.openFile(to + name.slice(from.length), document.getText());
      this.#server.tell('didRenameFiles', { files: [{ oldUri: this.#uri(from), newUri: this.#uri(to) }] });
    }
    this.#see(from, FileChangeType.Deleted);
    this.#see(to, FileChangeType.Created);
  }

  deleteFolder(name: string): void {
    if (!existsSync(this.#path(name))) return;
    rmSync(this.#path(name), { recursive: true });
    this.#see(name, FileChangeType.Deleted);
  }

  setFolder(name: string, isShown: boolean): void {
    if (this.#folders.has(name) === isShown) return;
    if (isShown) this.#folders.add(name);
    else this.#folders.delete(name);
    const folder = [{ uri: this.#uri(name), name }];
    this.#server.tell('didChangeWorkspaceFolders', {
      added: isShown ? folder : [],
      removed: isShown ? [] : folder,
    });
  }

  /** Tells what has happened to files, put together for each as VS Code does. */
  tellSeen(): void {
    const changes = new Map<string, FileChangeType>();
    for (const { uri, type } of this.#seen) {
      const before = changes.get(uri);
      if (before === FileChangeType.Created && type === FileChangeType.Deleted) changes.delete(uri);
      else if (before === FileChangeType.Deleted && type === FileChangeType.Created)
        changes.set(uri, FileChangeType.Changed);
      else if (before !== FileChangeType.Created || type !== FileChangeType.Changed) changes.set(uri, type);
    }
    this.#seen = [];
    this.#server.tell('didChangeWatchedFiles', { changes: [...changes].map(([uri, type]) => ({ uri, type })) });
  }

  /** Takes one of the quick fixes that are offered, after which its problem is told fewer times. */
  async fix(nth: number): Promise<void> {
    this.tellSeen();
    await this.#server.quiet();
    const offered: { readonly uri: string; readonly diagnostic: Diagnostic; readonly action: CodeAction }[] = [];
    for (const { uri } of this.#open.values()) {
      for (const diagnostic of this.#server.shown.get(uri) ?? []) {
        const asked = { textDocument: { uri }, range: diagnostic.range, context: { diagnostics: [diagnostic] } };
        const actions = (await this.#server.tell('codeAction', asked)) as CodeAction[];
        for (const action of actions) if (action.kind === 'quickfix') offered.push({ uri, diagnostic, action });
      }
    }
    if (offered.length === 0) return;
    const { uri, diagnostic, action } = offered[nth % offered.length]!;
    const times = () =>
      this.#server.shown.get(uri)?.filter(({ message }) => message === diagnostic.message).length ?? 0;
    const before = times();
    for (const [edited, edits] of Object.entries(action.edit!.changes!)) this.#apply(edited, edits);
    this.tellSeen();
    await this.#server.quiet();
    expect(times(), `${action.title}: ${diagnostic.message}`).toBeLessThan(before);
  }

  /** @param places shares of each document's length */
  async expectSameAsFresh(places: readonly number[]): Promise<void> {
    this.tellSeen();
    for (let waited = 1; ; waited *= 4) {
      await this.#server.quiet();
      try {
        await this.#compare(places);
        return;
      } catch (error) {
        // What is on disk may not have been read yet.
        if (waited > 500) throw error;
        await new Promise((resolve) => setTimeout(resolve, waited));
      }
    }
  }

  dispose(): void {
    this.#server.dispose();
    rmSync(this.#root, { recursive: true });
  }

  async #compare(places: readonly number[]): Promise<void> {
    const fresh = this.#startServer();
    try {
      const onDisk = TASK_FILES.filter(
        (name) => existsSync(this.#path(name)) && [...this.#folders].some((folder) => name.startsWith(`${folder}/`)),
      );
      for (const document of this.#open.values()) {
        fresh.tell('didOpenTextDocument', { textDocument: { uri: document.uri, text: document.getText() } });
      }
      await fresh.quiet(onDisk.map((name) => this.#uri(name)));
      expect(this.#server.allShown()).toEqual(fresh.allShown());
      for (const document of this.#open.values()) {
        expectInside(document, this.#server.shown.get(document.uri));
        const length = document.getText().length;
        const positions = places.map((place) => document.positionAt(Math.floor(place * (length + 1))));
        expect(await this.#server.answers(document, positions)).toEqual(await fresh.answers(document, positions));
      }
    } finally {
      fresh.dispose();
    }
  }

  #startServer(): WholeServer {
    return new WholeServer([...this.#folders].map((folder) => this.#path(folder)));
  }

  #apply(uri: string, edits: TextEdit[]): void {
    const [name] = [...this.#open].find(([, document]) => document.uri === uri) ?? [];
    if (name === undefined) {
      const path = fileURLToPath(uri);
      const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
      const fixed = TextDocument.applyEdits(TextDocument.create(uri, '', 1, text), edits);
      this.write(this.#nameOf(path), fixed);
      return;
    }
    const document = this.#open.get(name)!;
    const contentChanges = edits
      .map(({ range, newText }) => ({ range, text: newText }))
      .sort((a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start));
    TextDocument.update(document, contentChanges, document.version + 1);
    this.#server.tell('didChangeTextDocument', { textDocument: { uri }, contentChanges });
  }

  #see(name: string, type: FileChangeType): void {
    if (this.#isWatched(name, type)) this.#seen.push({ uri: this.#uri(name), type });
  }

  /** Whether the editor is to tell of a file or folder. */
  #isWatched(name: string, type: FileChangeType): boolean {
    const isInWorkspace = [...this.#folders].some((folder) => name.startsWith(`${folder}/`));
    return this.#server.watchers.some(
      ({ globPattern, kind = WatchKind.Create | WatchKind.Change | WatchKind.Delete }) => {
        if ((kind & (1 << (type - 1))) === 0) return false;
        if (typeof globPattern !== 'string') {
          // A folder that is watched is told of, too, when it goes and comes.
          const { baseUri } = globPattern as RelativePattern;
          return baseUri === this.#uri(dirname(name)) || baseUri === this.#uri(name);
        }
        const [, ending] = /^\*\*\/\*(\..*)$/.exec(globPattern) ?? [];
        const [, names] = /^\*\*\/\{(.*)\}$/.exec(globPattern) ?? [];
        if (!isInWorkspace) return false;
        return (
          globPattern === '**' || name.endsWith(ending ?? '/') || names?.split(',').includes(basename(name)) === true
        );
      },
    );
  }

  /** As an editor shows it; undefined where there is no such file. */
  #read(name: string): string | undefined {
    return existsSync(this.#path(name)) ? readFileSync(this.#path(name), 'utf8').replace(/^\ufeff/, '') : undefined;
  }

  #path(name: string): string {
    return join(this.#root, name);
  }

  #nameOf(path: string): string {
    return path.slice(this.#root.length + 1).replaceAll(sep, '/');
  }

  #uri(name: string): string {
    return fileUri(this.#path(name));
  }
}

const TASK_FILES = ['ws/a.ptask.json', 'ws/sub/b.ptask.json', 'ws2/c.ptask.json'];
const DATA_FILES = ['ws/train.jsonl', 'ws/validation.jsonl', 'ws/sub/test.jsonl', 'out/rows.jsonl', 'ws/rows.txt'];
const MODELS = ['ws/model', 'out/model'];

const text = fc.array(fc.tuple(line, lineEnd), { maxLength: 12 }).map((lines) => lines.flat().join(''));
const named = fc.constantFrom(
  ...['train.jsonl', 'validation.jsonl', 'sub/test.jsonl', '../out/rows.jsonl', 'rows.txt'],
  ...['trian.jsonl', 'sub', '../train.jsonl', 'x/../train.jsonl', 'sub2/test.jsonl'],
);
const task = fc
  .record({
    of: fc.constantFrom(
      '',
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}{label}"',
      '"prompt_template": "{sentence} 🙂<|VIRTUAL_PROMPT_0|> {other} {label}", "truncate_field": "sentence"',
      '"labels": null',
      '"labels": { "positva": [], "fel": ["negativa"] }',
      '"virtual_token_splits": [3]',
      '"taskname": "other-task"',
    ),
    train: fc.array(named, { maxLength: 2 }),
    validation: fc.array(named, { maxLength: 1 }),
    model: fc.constantFrom('model', 'model', '../model', '../out/model', 'nowhere', 'owner/name'),
    table: fc.constantFrom('', '"prompt_table": "../out/t.safetensors", "existing_tasks": ["sentiment-task"], '),
    end: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ of, train, validation, model, table, end }) => {
    const data = JSON.stringify({ train_ds: train, validation_ds: validation, max_seq_length: 48 });
    const examples = '"examples": [{ "taskname": "sentiment-task", "sentence": "å🙂 {label}" }]';
    const file = `"task_templates": [${template(of)}], ${table}"data": ${data}, "model": "${model}", ${examples}`;
    return taskFile({ file }).replaceAll('\n', end);
  });

const share = fc.double({ min: 0, max: 1, noNaN: true });
const typed = fc.record<Typed>({
  at: share,
  removed: fc.oneof(fc.nat(3), fc.nat(80)),
  text: fc.oneof(
    fc.constantFrom('', 'x', '"', '\n', '\r', '\r\n', '\ud83d', '\ude42', '{label}', '<|VIRTUAL_PROMPT_1|>', ',', '}'),
    text,
    named,
  ),
  isBeyond: fc.boolean(),
});

interface Step {
  readonly take: (project: Project) => unknown;
  readonly name: string;
}

function step<V>(weight: number, name: string, values: fc.Arbitrary<V>, take: (project: Project, value: V) => unknown) {
  const arbitrary = values.map((value) => ({
    name,
    take: (project: Project) => take(project, value),
    toString: () => `${name} ${JSON.stringify(value)}`,
  }));
  return { weight, arbitrary: arbitrary as fc.Arbitrary<Step> };
}

const any = fc.constantFrom(...TASK_FILES, ...DATA_FILES);
const oneOf = (names: readonly string[]) => fc.constantFrom(...names);
const ofData = fc.tuple(oneOf(DATA_FILES), fc.option(text, { nil: undefined }));
const ofTask = fc.tuple(oneOf(TASK_FILES), fc.option(task, { nil: undefined }));
const tables = fc.constantFrom(undefined, tableOf('sentiment-task', 10), tableOf('other-task', 3), new Uint8Array(5));
const both = (a: string, b: string) => [
  [a, b],
  [b, a],
];
const renamed = fc.constantFrom(
  ...both('ws/train.jsonl', 'ws/trains.jsonl'),
  ...both('ws/train.jsonl', 'ws/sub/test.jsonl'),
  ...both('ws/sub', 'ws/sub2'),
  ...both('out', 'out2'),
  ...both('ws/model', 'out/model'),
);

/** Steps of which an editor has to tell. */
const ON_DISK = new Set(['save', 'write', 'rename', 'delete', 'model', 'fix']);

const steps = fc.oneof(
  step(8, 'type', fc.tuple(any, fc.array(typed, { minLength: 1, maxLength: 3 })), (p, value) => p.type(...value)),
  step(4, 'open', ofData, (p, value) => p.openFile(...value)),
  step(4, 'open', ofTask, (p, value) => p.openFile(...value)),
  step(2, 'close', any, (p, name) => p.close(name)),
  step(3, 'save', any, (p, name) => p.save(name)),
  step(4, 'write', ofData, (p, value) => p.write(...value)),
  step(2, 'write', ofTask, (p, value) => p.write(...value)),
  step(2, 'write', tables, (p, table) => p.write('out/t.safetensors', table)),
  step(3, 'rename', fc.tuple(renamed, fc.boolean()), (p, [[from, to], isByEditor]) => p.rename(from!, to!, isByEditor)),
  step(1, 'delete', oneOf(['ws/sub', ...MODELS]), (p, name) => p.deleteFolder(name)),
  step(2, 'model', fc.tuple(oneOf(MODELS), fc.subarray(Object.keys(MODEL))), (p, value) => p.writeModel(...value)),
  step(2, 'folder', fc.tuple(oneOf(['ws', 'ws2', 'ws/sub']), fc.boolean()), (p, value) => p.setFolder(...value)),
  step(3, 'tell', fc.constant(undefined), (p) => p.tellSeen()),
  step(2, 'wait', fc.constant(undefined), () => new Promise((resolve) => setImmediate(resolve))),
  step(2, 'fix', fc.nat(50), (p, nth) => p.fix(nth)),
);

it('whatever happens, all that is shown and answered is what a server says that is started then', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(task, text, text),
      oneOf(MODELS),
      fc.array(steps, { maxLength: 14 }),
      fc.array(share, { minLength: 2, maxLength: 4 }),
      async ([first, rows, outside], model, all, places) => {
        const project = new Project({
          'ws/a.ptask.json': first,
          'ws/train.jsonl': rows,
          'ws/rows.txt': outside,
          'out/rows.jsonl': outside,
          ...Object.fromEntries(Object.entries(MODEL).map(([name, content]) => [`${model}/${name}`, content])),
        });
        try {
          project.openFile('ws/a.ptask.json');
          for (const { take, name } of all) {
            // What a check has found to be named takes the editor a moment to watch.
            if (ON_DISK.has(name)) await project.quiet();
            await take(project);
          }
          await project.expectSameAsFresh(places);
        } finally {
          project.dispose();
        }
      },
    ),
    { numRuns: 12 },
  );
});
