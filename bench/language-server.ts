import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  CodeLensRefreshRequest,
  createProtocolConnection,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { ensureDemoBackbone } from '../engine/src/backbone/demo/demo-backbone.ts';
import { ModelCache } from '../server/src/model-cache.ts';
import { oneATurn } from '../server/src/one-a-turn.ts';
import { LanguageService } from '../server/src/service/language-service.ts';
import { keepHeapSmall } from '../server/src/small-heap.ts';
import { LineIndex } from '../task/src/line-index.ts';
import { nodeEnvironment } from '../task/src/node-environment.ts';

/*
 * How fast the language service answers beside much data, in one process with it, and how much memory the server takes; on
 * files that it makes in a temporary folder:
 *
 *     npm run build && npm run bench language-server
 */

const ROWS = 100_000;
const MANY_ROWS = 1_000_000;
const KEYSTROKES = 200;
const OPENINGS = 7;
const MEMORY_RUNS = 3;

const TEMPLATE = '<|VIRTUAL_PROMPT_0|> {sentence} Känslan är: {label}';

function taskText(model: string, train: readonly string[]): string {
  const template = {
    taskname: 'sentiment-task',
    prompt_template: TEMPLATE,
    total_virtual_tokens: 10,
    answer_field: 'label',
    truncate_field: 'sentence',
    labels: { positiva: ['positiv', 'positivt'], negativa: ['negativ', 'negativt'], neutrala: ['neutral'] },
  };
  const data = { train_ds: train, validation_ds: ['validation.jsonl'], max_seq_length: 448 };
  return `${JSON.stringify({ model, language: 'sv', task_templates: [template], data }, null, 2)}\n`;
}

const LABELS = ['positiva', 'negativa', 'neutrala'];

/** About 210 bytes, like a sentence of financial news. One in 500 is faulty in some way. */
function rowText(i: number): string {
  const sentence = `Rörelsevinsten steg till ${i} miljoner euro från ${(i * 7) % 9999} miljoner under motsvarande period förra året, och omsättningen ökade i ${i % 17} av bolagets segment`;
  const label = i % 500 === 0 ? 'positva' : LABELS[i % 3]!;
  return JSON.stringify({ taskname: 'sentiment-task', sentence, label, ...(i % 700 === 0 ? { source: 'x' } : {}) });
}

async function writeRows(file: string, from: number, to: number): Promise<void> {
  const handle = await open(file, 'w');
  for (let i = from; i < to; i += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, to - i) }, (_, k) => rowText(i + k));
    await handle.write(`${rows.join('\n')}\n`);
  }
  await handle.close();
}

/** A folder with a task file and its data: `rows` training rows in so many files. */
async function makeWorkspace(dir: string, model: string, rows: number, files: number): Promise<string> {
  await mkdir(dir);
  const names = Array.from({ length: files }, (_, i) => (files === 1 ? 'train.jsonl' : `train-${i}.jsonl`));
  const each = rows / files;
  for (const [i, name] of names.entries()) await writeRows(path.join(dir, name), i * each, (i + 1) * each);
  await writeRows(path.join(dir, 'validation.jsonl'), rows, rows + 500);
  const task = path.join(dir, 'assistant.ptask.json');
  await writeFile(task, taskText(model, names));
  return task;
}

interface Server {
  readonly service: LanguageService;
  /** Resolves at the next end of a full check. */
  checked(): Promise<void>;
}

/** The language service over the disk, without the pause after a keystroke. */
function startService({ withTokeniser }: { withTokeniser: boolean }): Server {
  const breathe = oneATurn();
  const models = new ModelCache(breathe);
  let wake = (): void => {};
  const service = new LanguageService({
    environment: nodeEnvironment({
      model: async (reference) => {
        const facts = await models.facts(reference);
        if (withTokeniser || facts.kind !== 'ok') return facts;
        const { tokenizer: _, ...rest } = facts;
        return rest;
      },
    }),
    listFolder: async () => [],
    toPath: fileURLToPath,
    toUri: (file) => pathToFileURL(file).href,
    publish: () => {},
    onChecked: () => wake(),
    pause: async () => {},
    breathe,
    onError: (error) => {
      throw error;
    },
  });
  const checked = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return { service, checked };
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

interface Figure {
  readonly what: string;
  readonly times: readonly number[];
  readonly unit?: string;
  readonly target: string;
}

/** Calls a question again and again until told to stop; how long each answer took, waiting for the thread included. */
function askMeanwhile(question: () => unknown): () => Promise<number[]> {
  const times: number[] = [];
  let isWanted = true;
  const asking = (async () => {
    while (isWanted) {
      const asked = performance.now();
      await setImmediate();
      await question();
      times.push(performance.now() - asked);
    }
  })();
  return async () => {
    isWanted = false;
    await asking;
    return times;
  };
}

async function openingFigures(task: string): Promise<Figure[]> {
  const text = await readFile(task, 'utf8');
  const uri = pathToFileURL(task).href;
  const own: number[] = [];
  const whole: number[] = [];
  const answers: number[] = [];
  const longest: number[] = [];
  const lines = new LineIndex(text);
  const inTemplate = lines.position(text.indexOf('{sentence}') + 1);
  for (let i = 0; i < OPENINGS; i++) {
    const { service, checked } = startService({ withTokeniser: true });
    const start = performance.now();
    const done = checked();
    service.openDocument(uri, text);
    own.push(performance.now() - start);
    const stop = askMeanwhile(async () => {
      await service.hover(uri, inTemplate);
      await service.completions(uri, inTemplate);
    });
    await done;
    whole.push(performance.now() - start);
    const waited = await stop();
    for (const time of waited) answers.push(time);
    longest.push(Math.max(...waited));
    service.dispose();
  }
  return [
    { what: 'open a task file: problems of its own text', times: own, target: '100' },
    {
      what: `open a task file: all problems, ${ROWS} rows read and tokenised where needed`,
      times: whole,
      target: '1500',
    },
    { what: 'hover and completion in the template during that check', times: answers, target: '20' },
    { what: 'the longest that one of them took, in each check', times: longest, target: '20' },
  ];
}

interface Typing {
  readonly what: string;
  readonly uri: string;
  /** Typed right behind this, letter by letter, and taken back again. */
  readonly behind: string;
  readonly letters: string;
  /** The document's text; each keystroke is told as the whole new text when it is given here. */
  readonly whole?: string;
}

/**
 * How long from each keystroke until all is told that needs no tokeniser. Between keystrokes the background has the thread
 * for a moment, as it has when somebody types fast.
 */
async function keystrokes(server: Server, text: string, typing: Typing): Promise<Figure> {
  const { uri, behind, letters } = typing;
  const times: number[] = [];
  const offset = text.indexOf(behind) + behind.length;
  const start = new LineIndex(text).position(offset);
  for (let i = 0; i < KEYSTROKES; i++) {
    const step = i % (letters.length * 2);
    const isBack = step >= letters.length;
    const typed = isBack ? letters.length * 2 - step : step;
    const from = { line: start.line, character: start.character + typed - (isBack ? 1 : 0) };
    const to = { line: start.line, character: start.character + typed };
    const newText = isBack ? '' : letters[step]!;
    const now = letters.slice(0, isBack ? typed - 1 : typed + 1);
    const change =
      typing.whole === undefined
        ? { range: { start: from, end: to }, text: newText }
        : { text: text.slice(0, offset) + now + text.slice(offset) };
    // A text that arrives is one piece, not the pieces that it was put together from.
    if (typing.whole !== undefined) change.text = JSON.parse(JSON.stringify(change.text)) as string;
    const began = performance.now();
    const done = server.checked();
    server.service.editDocument(uri, [change]);
    await done;
    times.push(performance.now() - began);
    await setTimeout(5);
  }
  return { what: typing.what, times, target: '10 / 30' };
}

async function typingFigures(dir: string, task: string): Promise<Figure[]> {
  const text = await readFile(task, 'utf8');
  const uri = pathToFileURL(task).href;
  const server = startService({ withTokeniser: false });
  const { service, checked } = server;
  const opened = checked();
  service.openDocument(uri, text);
  await opened;
  const figures: Figure[] = [];
  for (const typing of [
    { what: 'text of the template', behind: 'Känslan', letters: ' och stämningen' },
    { what: 'a placeholder of the template', behind: '{sentence', letters: '_text} {source' },
    { what: 'a label', behind: '"positiva', letters: ' eller glad' },
    { what: 'a number', behind: '"total_virtual_tokens": 1', letters: '0' },
  ]) {
    const title = `keystroke in the task file: ${typing.what}`;
    figures.push(await keystrokes(server, text, { ...typing, what: title, uri }));
  }

  const file = path.join(dir, 'train.jsonl');
  const rows = await readFile(file, 'utf8');
  const reread = checked();
  const train = pathToFileURL(file).href;
  service.openDocument(train, rows);
  await reread;
  const row = { uri: train, behind: 'steg till 50123 miljoner', letters: ' svenska {label} kronor' };
  const title = `keystroke in a row of the open data file`;
  figures.push(await keystrokes(server, rows, { ...row, what: `${title}, as a change` }));
  figures.push(await keystrokes(server, rows, { ...row, what: `${title}, as a whole text`, whole: rows }));
  service.dispose();
  return figures;
}

/** A field that all rows have, looked for and renamed in all of them, and how long a hover waits meanwhile. */
async function nameFigures(task: string): Promise<Figure[]> {
  const text = await readFile(task, 'utf8');
  const uri = pathToFileURL(task).href;
  const { service, checked } = startService({ withTokeniser: false });
  const done = checked();
  service.openDocument(uri, text);
  await done;
  const place = new LineIndex(text).position(text.indexOf('{sentence}') + 1);
  const [references, renames, answers]: number[][] = [[], [], []];
  for (let i = 0; i < OPENINGS; i++) {
    const stop = askMeanwhile(() => service.hover(uri, place));
    let start = performance.now();
    await service.references(uri, place, { includeDeclaration: true });
    references!.push(performance.now() - start);
    start = performance.now();
    await service.rename(uri, place, 'text');
    renames!.push(performance.now() - start);
    answers!.push(...(await stop()));
  }
  service.dispose();
  return [
    { what: `references of a field in ${ROWS} rows on disk`, times: references!, target: '–' },
    { what: 'its rename', times: renames!, target: '–' },
    { what: 'hover meanwhile', times: answers!, target: '20' },
  ];
}

/** npm runs a script in the project's own folder. */
const SERVER = path.resolve('dist/server.js');

/** How long the built program takes from nothing to its answer to `initialize`, and how much of that is Node's own. */
async function startFigures(): Promise<Figure[]> {
  const params = { processId: process.pid, rootUri: null, capabilities: {} };
  const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const request = `Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`;
  const [server, node]: number[][] = [[], []];
  for (let i = 0; i < OPENINGS; i++) {
    server!.push(await timeToFirstOutput([SERVER, '--stdio'], request));
    node!.push(await timeToFirstOutput(['--eval', 'process.stdout.write("here")'], ''));
  }
  return [
    { what: 'start of the program until it says what it offers', times: server!, target: '–' },
    { what: 'of that, the start of Node', times: node!, target: '–' },
  ];
}

async function timeToFirstOutput(args: readonly string[], input: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(input);
  await once(child.stdout, 'data');
  const time = performance.now() - start;
  child.kill();
  return time;
}

/** The peak resident memory of the server's own process, in MB, when it has checked a workspace; as Linux tells it. */
async function memoryFigure(what: string, task: string): Promise<Figure> {
  const times: number[] = [];
  for (let i = 0; i < MEMORY_RUNS; i++) {
    const server = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const connection = createProtocolConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    // It asks for this when a check has ended.
    const checked = new Promise<void>((resolve) => connection.onRequest(CodeLensRefreshRequest.type, () => resolve()));
    connection.listen();
    const capabilities = { workspace: { codeLens: { refreshSupport: true } } };
    await connection.sendRequest(InitializeRequest.type, { processId: process.pid, rootUri: null, capabilities });
    await connection.sendNotification(InitializedNotification.type, {});
    const textDocument = { uri: pathToFileURL(task).href, languageId: 'ptask', version: 1 };
    const text = await readFile(task, 'utf8');
    await connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { ...textDocument, text },
    });
    await checked;
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    times.push(Number(/VmHWM:\s*(\d+)/.exec(status)![1]) / 1024);
    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification(ExitNotification.type);
    await once(server, 'exit');
    connection.dispose();
  }
  return { what, times, unit: 'MB', target: '150' };
}

function print(figures: readonly Figure[]): void {
  console.log('| what | median | 95th percentile | at most |\n|---|---|---|---|');
  for (const { what, times, unit = 'ms', target } of figures) {
    const shown = (share: number) => quantile(times, share).toFixed(1);
    console.log(`| ${what} | ${shown(0.5)} | ${shown(0.95)} | ${target} ${unit} |`);
  }
}

keepHeapSmall();
const dir = await mkdtemp(path.join(tmpdir(), 'ptask-bench-'));
try {
  const model = await ensureDemoBackbone('tiny');
  const [some, many] = [path.join(dir, 'some'), path.join(dir, 'many')];
  const task = await makeWorkspace(some, model, ROWS, 1);
  const manyTask = await makeWorkspace(many, model, MANY_ROWS, 10);
  const opening = await openingFigures(task);
  const typing = await typingFigures(some, task);
  const names = await nameFigures(task);
  const title = `peak memory of the server, ${MANY_ROWS} rows in 10 files`;
  const memory = [await memoryFigure(`${title}, the model with its tokeniser`, manyTask)];
  await writeFile(manyTask, (await readFile(manyTask, 'utf8')).replace(JSON.stringify(model), '"no-such-model"'));
  memory.push(await memoryFigure(`${title}, no model`, manyTask));
  print([...(await startFigures()), ...opening, ...typing, ...names, ...memory]);
} finally {
  await rm(dir, { recursive: true, force: true });
}
