import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/*
 * What docs/architecture.md says of the folders, held against the code. A violation is a reason to move code; only where
 * the design has changed is it a reason to change a table here, together with that page.
 */

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What is delivered; tests, measurements and build scripts may import anything and be imported by nothing here. */
const FOLDERS = ['client', 'server', 'model', 'task', 'engine', 'protocol', 'l10n'];

/** Which of our folders each folder may import, beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  l10n: [],
  model: ['l10n'],
  task: ['model', 'protocol', 'l10n'],
  engine: ['task', 'model', 'protocol', 'l10n'],
  server: ['task', 'model', 'protocol', 'l10n'],
  client: ['protocol'],
};

/** Files right under engine/src that stand on nothing but one another, `model` and `l10n`. */
const BASE = [
  'atomic-folder.ts',
  'atomic-write.ts',
  'columns.ts',
  'errors.ts',
  'file-behind.ts',
  'file-lock.ts',
  'free-memory.ts',
  'json-value.ts',
  'no-telemetry.ts',
  'process-alive.ts',
  'progress.ts',
  'random.ts',
  'recent.ts',
  'taken-away-at-exit.ts',
  'task-text.ts',
  'text.ts',
  'vectors.ts',
  'version.ts',
  'when-let-go.ts',
];

/**
 * Inside engine/src, each part with what it may import: parts, single files of one, and the other folders, but for `l10n`,
 * from which all may. Data flows down this list: a part imports parts above it only.
 */
const ENGINE: Readonly<Record<string, readonly string[]>> = {
  onnx: [],
  autodiff: ['onnx'],
  runtime: ['onnx', 'base', 'model'],
  backbone: ['onnx', 'autodiff', 'runtime/onnxruntime.ts', 'base', 'model'],
  // What the packers fill is described where the graphs are built; a packer builds and runs no graph itself.
  data: [
    'backbone/attention.ts',
    'backbone/embed-tokens.ts',
    'backbone/long-rows.ts',
    'runtime/tensor.ts',
    'base',
    'model',
    'task',
  ],
  prompt: ['onnx', 'autodiff', 'runtime', 'base', 'model', 'task'],
  predict: ['onnx', 'backbone', 'data', 'runtime', 'base', 'model', 'task'],
  hub: ['base', 'model'],
  'model-memo.ts': ['base', 'model'],
  'problems-found.ts': ['base', 'protocol'],
  'project.ts': [
    'model-memo.ts',
    'problems-found.ts',
    'backbone',
    'data',
    'prompt',
    'base',
    'model',
    'task',
    'protocol',
  ],
  evaluate: ['data', 'predict', 'project.ts', 'base', 'task', 'protocol'],
  train: [
    'onnx',
    'autodiff',
    'backbone',
    'data',
    'runtime',
    'prompt',
    'predict',
    'evaluate',
    'project.ts',
    'base',
    'model',
    'task',
    'protocol',
  ],
  models: ['train', 'runtime', 'model', 'task', 'protocol'],
  answer: ['data', 'predict', 'project.ts', 'evaluate', 'prompt', 'backbone', 'base', 'model', 'task', 'protocol'],
  devices: [
    'hub',
    'onnx',
    'backbone',
    'data',
    'runtime',
    'train/step-graph.ts',
    'train/loss-scale.ts',
    'model-memo.ts',
    'base',
    'model',
    'protocol',
  ],
  cli: [
    'hub',
    'models',
    'devices',
    'backbone',
    'data',
    'runtime',
    'prompt',
    'predict',
    'evaluate',
    'train',
    'answer',
    'problems-found.ts',
    'project.ts',
    'base',
    'model',
    'task',
    'protocol',
  ],
  'cli.ts': ['cli', 'runtime/load-runtime.ts', 'base'],
  process: [
    'hub',
    'models',
    'devices',
    'model-memo.ts',
    'data',
    'runtime',
    'prompt',
    'predict',
    'evaluate',
    'train',
    'answer',
    'problems-found.ts',
    'project.ts',
    'base',
    'model',
    'task',
    'protocol',
  ],
  'engine.ts': ['process'],
};

/** Where each package may be imported. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  vscode: ['client/'],
  'csv-parse': ['task/src/new-task/table-reader.ts'],
  uplot: ['client/webview/'],
  'vscode-jsonrpc': ['client/src/engine/', 'engine/src/process/'],
  'vscode-languageclient': ['client/src/language-server.ts'],
  'vscode-languageserver': ['server/src/'],
  'vscode-languageserver-types': ['server/src/service/'],
  'jsonc-parser': ['task/', 'server/src/service/folding-ranges.ts', 'server/src/service/formatting.ts'],
  '@huggingface/jinja': ['model/src/chat/rendering.ts'],
  '@huggingface/tokenizers': ['model/'],
  'onnxruntime-node': ['engine/src/runtime/onnxruntime.ts'],
  'onnx-buf': ['engine/src/onnx/', 'engine/src/backbone/demo/'],
  '@bufbuild/protobuf': ['engine/src/onnx/', 'engine/src/backbone/demo/', 'model/src/tokenizer/sentencepiece/'],
  'pure-rand': ['engine/src/random.ts'],
};

/** The only files that change anything on disk. Model folders, task files and data are read alone. */
const WRITERS = [
  'engine/src/atomic-folder.ts',
  'engine/src/atomic-write.ts',
  'engine/src/file-lock.ts',
  'engine/src/taken-away-at-exit.ts',
  'engine/src/train/run-folder.ts',
  'engine/src/devices/fetch-cuda.ts',
  'engine/src/devices/probe-cache.ts',
  // What it writes is a setting of the Linux kernel.
  'engine/src/process/lower-priority.ts',
  'engine/src/backbone/demo/',
  'engine/src/hub/',
  'client/src/runs/runs-left.ts',
];

/** The only file that speaks to the network; it is imported where a user has asked for a model, and nowhere else. */
const ONLINE = 'engine/src/hub/hub-requests.ts';

/** What is done when a user asks for a model, or for what a device needs. */
const ASKED_FOR = [
  'engine/src/cli/fetch-shown.ts',
  'engine/src/cli/fetch.ts',
  'engine/src/devices/fetch-cuda.ts',
  'engine/src/process/fetch-device.ts',
  'engine/src/process/fetch-models.ts',
];

type Sources = ReadonlyMap<string, string>;

/** Our source files by path from the root, with `/`. */
function ourSources(): Sources {
  const folders = FOLDERS.filter((folder) => existsSync(path.join(ROOT, folder)));
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  return new Map(
    files
      .filter((file) => /\.[cm]?tsx?$/.test(file) && !file.includes('node_modules'))
      .map((file) => [file.split(path.sep).join('/'), readFileSync(path.join(ROOT, file), 'utf8')]),
  );
}

interface Import {
  readonly from: string;
  /** The path from the root of a file of ours, or the name of a module. */
  readonly to: string;
  readonly isOurs: boolean;
}

/** Every import of every file: values and types, `export … from` and `import()` alike. */
function importsOf(sources: Sources): Import[] {
  return [...sources].flatMap(([from, text]) =>
    ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) =>
        fileName.startsWith('.')
          ? { from, to: path.posix.join(path.posix.dirname(from), fileName), isOurs: true }
          : { from, to: fileName, isOurs: false },
      ),
  );
}

const shown = ({ from, to }: Import) => `${from} imports ${to}`;
const isUnder = (file: string, places: readonly string[]) =>
  places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place));

function wrongFolders(sources: Sources): string[] {
  return importsOf(sources)
    .filter(({ from, to, isOurs }) => {
      const [own, other] = [from.split('/')[0]!, to.split('/')[0]!];
      return isOurs && own !== other && !MAY_IMPORT[own]?.includes(other);
    })
    .map(shown);
}

/** `train` of engine/src/train/plan.ts, `errors.ts` of engine/src/errors.ts. */
const partOf = (file: string) => file.split('/')[2]!;
const isEngine = (file: string) => file.startsWith('engine/src/');

function wrongParts(sources: Sources): string[] {
  return importsOf(sources)
    .filter(({ from, isOurs }) => isOurs && isEngine(from))
    .filter(({ from, to }) => {
      const part = partOf(from);
      if (!isEngine(to)) {
        const others = BASE.includes(part) ? ['model'] : (ENGINE[part] ?? []);
        return !['l10n', ...others].includes(to.split('/')[0]!);
      }
      if (partOf(to) === part) return false;
      if (BASE.includes(part)) return !BASE.includes(partOf(to));
      const names = [partOf(to), to.slice('engine/src/'.length), ...(BASE.includes(partOf(to)) ? ['base'] : [])];
      return !names.some((name) => ENGINE[part]?.includes(name));
    })
    .map(shown);
}

/** Modules of ours that open files. */
const READS_FILES = /(^|\/)node-|^l10n\/src\/display-language/;

/** The language service has everything from outside given to it. */
function serviceSurroundings(sources: Sources): string[] {
  const pure = ['vscode-languageserver-types', 'vscode-languageserver-textdocument'];
  return importsOf(sources)
    .filter(({ from, to, isOurs }) => {
      if (!from.startsWith('server/src/service/')) return false;
      if (isOurs) return to.startsWith('server/') ? !to.startsWith('server/src/service/') : READS_FILES.test(to);
      return /^vscode(-|\/|$)/.test(to) ? !pure.includes(to) : to.startsWith('node:');
    })
    .map(shown);
}

function wrongPackages(sources: Sources): string[] {
  return importsOf(sources)
    .filter(({ to, isOurs }) => !isOurs && !to.startsWith('node:'))
    .filter(({ from, to }) => {
      const name = to.split('/', to.startsWith('@') ? 2 : 1).join('/');
      return !isUnder(from, PACKAGES[name] ?? []);
    })
    .map(shown);
}

/** Each ring of files that import one another, once, from the file that was met first. */
function cycles(sources: Sources): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to, isOurs } of importsOf(sources)) {
    if (isOurs) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) found.push([...way.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const to of targets.get(file) ?? []) visit(to, [...way, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

const NETWORK = /^node:(http|https|http2|net|tls|dgram|dns)(\/|$)/;
const NETWORK_GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

function networkUses(sources: Sources): string[] {
  const modules = importsOf(sources).filter(
    ({ to, isOurs }) => !isOurs && NETWORK.test(`node:${to.replace(/^node:/, '')}`),
  );
  const globals = [...sources].flatMap(([file, text]) =>
    callsIn(file, text).flatMap(({ name }) => (NETWORK_GLOBALS.includes(name) ? [`${file} uses ${name}`] : [])),
  );
  return [...modules.map(shown), ...globals];
}

/** What would load the part that speaks to the network. */
function networkUsers(sources: Sources): string[] {
  return importsOf(sources)
    .filter(({ from, to }) => to.startsWith('engine/src/hub/') && !from.startsWith('engine/src/hub/'))
    .map(({ from }) => from);
}

const WRITING =
  /^(writeFile|appendFile|write|truncate|ftruncate|rename|rm|rmdir|unlink|copyFile|cp|link|symlink|mkdir|mkdtemp|chmod|utimes)(Sync)?$|^createWriteStream$/;

function fileWrites(sources: Sources): string[] {
  return [...sources]
    .filter(([file]) => !isUnder(file, WRITERS))
    .flatMap(([file, text]) => {
      const used = fileSystemNames(file, text).filter((name) => name === '*' || WRITING.test(name));
      const opened = callsIn(file, text).filter(
        ({ name, args }) => /^open(Sync)?$/.test(name) && args[1] !== undefined && !/^['"]r['"]$/.test(args[1]),
      );
      return [
        ...used.map((name) => `${file} imports ${name} of node:fs`),
        ...opened.map(() => `${file} opens to write`),
      ];
    });
}

const trees = new Map<string, ts.SourceFile>();

/** The syntax tree of a text, made once. */
function parsed(file: string, text: string): ts.SourceFile {
  const tree = trees.get(text) ?? ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  trees.set(text, tree);
  return tree;
}

/** The names that a file imports from node:fs and node:fs/promises; `*` where it takes the module as a whole. */
function fileSystemNames(file: string, text: string): string[] {
  const names: string[] = [];
  for (const statement of parsed(file, text).statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (!/^(node:)?fs(\/promises)?$/.test(statement.moduleSpecifier.text)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings && ts.isNamedImports(bindings) && !statement.importClause?.name) {
      names.push(...bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text));
    } else names.push('*');
  }
  return names;
}

interface Call {
  readonly name: string;
  /** As they are written. */
  readonly args: readonly string[];
}

/** Calls of plain names, `f(…)` and `new F(…)`; those of methods are other things of the same name. */
function callsIn(file: string, text: string): Call[] {
  const source = parsed(file, text);
  const calls: Call[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression)) {
      calls.push({ name: node.expression.text, args: (node.arguments ?? []).map((arg) => arg.getText(source)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

describe('our source files', () => {
  const sources = ourSources();

  it('are found', () => expect(sources.size).toBeGreaterThan(100));
  it('import other folders one way: model ← task ← server, task ← engine, protocol by all', () =>
    expect(wrongFolders(sources)).toEqual([]));
  it('import, inside the engine, what stands above them in the list', () => expect(wrongParts(sources)).toEqual([]));
  it('import each package in its one place', () => expect(wrongPackages(sources)).toEqual([]));
  it('bring no connection, editor, file system or timer into the language service', () =>
    expect(serviceSurroundings(sources)).toEqual([]));
  it('do not import one another in a ring, types included', () => expect(cycles(sources)).toEqual([]));
  it('use the network in one file, for models that are asked for', () =>
    expect(networkUses(sources)).toEqual([`${ONLINE} uses fetch`]));
  it('reach that file from what a user asks for alone', () =>
    expect([...new Set(networkUsers(sources))].toSorted()).toEqual(ASKED_FOR));
  it('say something in a notification in one file of each program, which makes no links of names', () => {
    const said = /\bwindow\.show(Information|Warning|Error)Message\b|\bShowMessageNotification\.type\b/;
    const direct = [...sources].filter(([, text]) => said.test(text));
    expect(direct.map(([file]) => file)).toEqual(['client/src/messages.ts', 'server/src/requests.ts']);
  });
  it('write to disk in a few places only, none of which knows the backbone', () =>
    expect(fileWrites(sources)).toEqual([]));
});

it('the order of the parts of the engine leaves no room for a ring', () => {
  const parts = Object.keys(ENGINE);
  for (const [place, part] of parts.entries()) {
    const above = [...parts.slice(0, place), 'base', ...(MAY_IMPORT.engine ?? [])];
    for (const allowed of ENGINE[part]!) expect(above, part).toContain(allowed.split('/')[0]);
  }
});

describe('the checks notice', () => {
  const file = (name: string, text: string): Sources => new Map([[name, text]]);

  it('an import against the direction of the folders', () => {
    expect(wrongFolders(file('model/src/a.ts', "import { b } from '../../task/src/b.ts';"))).toHaveLength(1);
    expect(wrongFolders(file('client/src/a.ts', "export type { B } from '../../engine/src/b.ts';"))).toHaveLength(1);
    expect(wrongFolders(file('task/src/a.ts', "const b = await import('../../test/b.ts');"))).toHaveLength(1);
    expect(wrongFolders(file('engine/src/a.ts', "import { b } from '../../task/src/b.ts';"))).toEqual([]);
  });

  it('an import against the direction of the engine’s parts', () => {
    expect(wrongParts(file('engine/src/onnx/a.ts', "import type { B } from '../train/b.ts';"))).toHaveLength(1);
    expect(wrongParts(file('engine/src/autodiff/a.ts', "import { b } from '../errors.ts';"))).toHaveLength(1);
    expect(wrongParts(file('engine/src/data/a.ts', "import { gpt2 } from '../backbone/gpt2.ts';"))).toHaveLength(1);
    expect(wrongParts(file('engine/src/errors.ts', "import { b } from './project.ts';"))).toHaveLength(1);
    expect(wrongParts(file('engine/src/backbone/a.ts', "import { b } from '../../../task/src/b.ts';"))).toHaveLength(1);
    expect(wrongParts(file('engine/src/elsewhere/a.ts', "import { b } from '../errors.ts';"))).toHaveLength(1);
    expect(wrongParts(file('engine/src/train/a.ts', "import { b } from '../onnx/b.ts';"))).toEqual([]);
  });

  it('a package in another place, and one that has no place', () => {
    expect(wrongPackages(file('server/src/a.ts', "import * as vscode from 'vscode';"))).toHaveLength(1);
    expect(wrongPackages(file('engine/src/train/a.ts', "import { Tensor } from 'onnxruntime-node';"))).toHaveLength(1);
    expect(wrongPackages(file('engine/src/random.ts', "import x from 'pure-rand/generator/x';"))).toEqual([]);
    expect(wrongPackages(file('task/src/a.ts', "import x from '@scope/unknown/part';"))).toHaveLength(1);
  });

  it('a language service that reaches out', () => {
    const of = (module: string) => serviceSurroundings(file('server/src/service/a.ts', `import x from '${module}';`));
    for (const module of ['vscode-languageserver', 'vscode-languageserver/node', 'vscode', 'node:fs/promises']) {
      expect(of(module), module).toHaveLength(1);
    }
    expect(of('../server.ts')).toHaveLength(1);
    expect(of('../../../l10n/src/display-language.ts')).toHaveLength(1);
    expect(of('../../../task/src/node-environment.ts')).toHaveLength(1);
    expect(of('../../../task/src/check.ts')).toEqual([]);
    expect(of('../../../l10n/src/words.ts')).toEqual([]);
    expect(of('vscode-languageserver-types')).toEqual([]);
  });

  it('a ring of files, through types alone too', () => {
    const ring = new Map([
      ['task/src/a.ts', "import { b } from './b.ts';"],
      ['task/src/b.ts', "import { c } from './c.ts';"],
      ['task/src/c.ts', "import type { A } from './a.ts';"],
    ]);
    expect(cycles(ring)).toEqual(['task/src/a.ts → task/src/b.ts → task/src/c.ts → task/src/a.ts']);
  });

  it('the network, by module and by global', () => {
    expect(networkUses(file('task/src/a.ts', "import { get } from 'node:https';"))).toHaveLength(1);
    expect(networkUses(file('task/src/a.ts', "import { get } from 'http';"))).toHaveLength(1);
    expect(networkUses(file('task/src/a.ts', 'await fetch("https://example.org");'))).toHaveLength(1);
    expect(networkUses(file('task/src/a.ts', 'cache.fetch(1); // fetch(2)'))).toEqual([]);
  });

  it('a file that writes, by function, by flag and through the whole module', () => {
    const of = (text: string) => fileWrites(file('engine/src/backbone/a.ts', text));
    expect(of("import { rm } from 'node:fs/promises';")).toHaveLength(1);
    expect(of("import { writeFileSync as write } from 'node:fs';")).toHaveLength(1);
    expect(of("import * as fs from 'node:fs';")).toHaveLength(1);
    expect(of("import { open } from 'node:fs/promises'; await open(file, 'r+');")).toHaveLength(1);
    expect(of("import { open } from 'node:fs/promises'; await open(file, 'r'); await open(file);")).toEqual([]);
  });
});
