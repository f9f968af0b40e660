import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CodeAction, Diagnostic, Position, Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { THOROUGH } from '../../thorough.ts';
import { temporaryFolder } from '../../unit/model/tiny-folder.ts';
import { uriOf } from '../editor.ts';
import { type Conversation, isUnresolved } from './conversation.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Rows that have something wrong, and one with an emoji, of which a place has two halves. */
const BAD_ROWS = [
  '{"taskname": "sentiment-task", "sentence": "Profit rises 🙂 sharply", "label": "postive"}',
  '{"taskname": "sentiment-task", "sentence": "Profit falls", "label": "negativ", "extra": 1}',
  '{"taskname": "sentiment-taks", "sentence": "Profit falls", "label": "negative"}',
  '{"taskname": "sentiment-task", "sentence": "Profit stays", "label": "neutral"',
  '{"taskname": "sentiment-task", "sentence": "Profit stays", "label": "neutral"}',
  '{"taskname": "sentiment-task", "sentence": "Profit stays", "label": "neutral"}',
  '{"taskname": "sentiment-task", "sentence": "", "label": ""}',
];

/** Of each data file, so that a session is short. */
const ROWS = 8;

export interface Workplace {
  readonly dir: string;
  /** A task file of the examples with its rows, into which mistakes have come. */
  readonly task: string;
  readonly rows: string;
  /** One with a mistake of every sort. */
  readonly faulty: string;
  readonly faultyRows: string;
  /** One without any. */
  readonly assistant: string;
}

/** A workspace with the examples, where they are few rows and have mistakes. */
export async function workplace(): Promise<Workplace> {
  const dir = await temporaryFolder();
  await cp(path.join(ROOT, 'examples'), dir, { recursive: true });
  await cp(path.join(ROOT, 'test/fixtures/task/faulty'), path.join(dir, 'faulty'), { recursive: true });
  for (const name of await readdir(dir, { recursive: true })) {
    if (!name.endsWith('.jsonl') || name.startsWith('faulty')) continue;
    const file = path.join(dir, name);
    const rows = (await readFile(file, 'utf8')).split('\n').slice(0, ROWS);
    await writeFile(file, [...rows, ...(name.includes('sentiment') ? BAD_ROWS : [])].join('\n'));
  }
  const task = path.join(dir, 'sentiment/en.ptask.json');
  const text = await readFile(task, 'utf8');
  const mistaken = text
    .replace('"total_virtual_tokens": 20', '"total_virtual_tokens": 21')
    .replace('"truncate_field": "sentence"', '"truncate_feild": "sentence"')
    .replace('"lr": 2e-3,', '"lr": 2e-3, "lr": 1e-3,')
    .replace('"warmup_steps": 20', '"warmup_steps": -1')
    .replace('{sentence} Sentiment', '{sentense} 🙂 Sentiment')
    .replace('VIRTUAL_PROMPT_0', 'VIRTUAL_PROMPT_1')
    .replace('"model": "demo"', '"model": "owner/none"');
  await writeFile(task, mistaken);
  return {
    dir,
    task: uriOf(task),
    rows: uriOf(path.join(dir, 'sentiment/data/en/train.jsonl')),
    faulty: uriOf(path.join(dir, 'faulty/assistant.ptask.json')),
    faultyRows: uriOf(path.join(dir, 'faulty/train.jsonl')),
    assistant: uriOf(path.join(dir, 'assistant/sv.ptask.json')),
  };
}

/** Asks about everything that a server offers, in sound texts, in ones with mistakes and in ones that are being written. */
export async function session(talk: Conversation, place: Workplace): Promise<void> {
  await talk.begin([{ uri: uriOf(place.dir), name: 'tasks' }]);
  const files = [place.task, place.rows, place.faulty, place.faultyRows, place.assistant];
  for (const uri of files) talk.open(uri, await readFile(new URL(uri), 'utf8'));
  // What takes longest to find out.
  await talk.wire.until(async () => has(await talk.diagnostics(place.faultyRows), 'row-label-unknown'));
  await talk.wire.until(async () => has(await talk.diagnostics(place.rows), 'row-label-unknown'));
  await talk.wire.until(async () => ((await hints(talk, place.assistant)) > 2 ? true : undefined));
  for (const uri of files) await askAll(talk, uri);

  // Half of a marker, half of a name, a comma that is missing, a string that does not end.
  const document = talk.document(place.assistant);
  type(talk, document, '{utterance} =', '{utt =');
  type(talk, document, '"truncate_field": "utterance",', '"trunc');
  type(talk, document, '<|VIRTUAL_PROMPT_1|>', '<|VIR');
  await askAll(talk, place.assistant);
  type(talk, document, '"examples": [', '"examples": [ { "taskname": "slot');
  type(talk, document, '"model": "demo",', '"model": "demo" "l');
  await askAll(talk, place.assistant);
  for (const text of ['', '{', '\uFEFF{\r\n\t"model": "🙂🙂\r\n}\r\n', '[[[', '"']) {
    talk.change(place.assistant, { text });
    await askAll(talk, place.assistant);
  }
  talk.wire.notify('textDocument/didSave', { textDocument: { uri: place.task } });
  talk.wire.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: place.faulty, type: 2 }] });
  for (const uri of [place.faulty, place.assistant])
    talk.wire.notify('textDocument/didClose', { textDocument: { uri } });
  await talk.diagnostics(place.rows);
}

function has(diagnostics: readonly Diagnostic[], code: string): true | undefined {
  return diagnostics.some((one) => one.code === code) ? true : undefined;
}

async function hints(talk: Conversation, uri: string): Promise<number> {
  const found = (await talk.ask('textDocument/inlayHint', { textDocument: { uri }, range: EVERYTHING })) as object[];
  return found.length;
}

const EVERYTHING: Range = { start: { line: 0, character: 0 }, end: { line: 9999, character: 0 } };

function type(talk: Conversation, document: TextDocument, piece: string, newText: string): void {
  const start = document.getText().indexOf(piece);
  if (start < 0) throw new Error(`not in the document: ${piece}`);
  const range = { start: document.positionAt(start), end: document.positionAt(start + piece.length) };
  talk.change(document.uri, { range, text: newText });
}

/** Asks everything about a document. */
async function askAll(talk: Conversation, uri: string): Promise<void> {
  const document = talk.document(uri);
  const textDocument = { uri };
  const whole = { start: { line: 0, character: 0 }, end: document.positionAt(document.getText().length) };
  const half = { start: whole.start, end: document.positionAt(Math.floor(document.getText().length / 2)) };
  const options = { tabSize: 4, insertSpaces: false };
  const positions = positionsIn(document);
  const about: [string, object][] = [
    ['documentSymbol', {}],
    ['documentLink', {}],
    ['foldingRange', {}],
    ['codeLens', {}],
    ['semanticTokens/full', {}],
    ['selectionRange', { positions }],
    ['formatting', { options }],
    ...[whole, half].flatMap((range): [string, object][] => [
      ['rangeFormatting', { options, range }],
      ['semanticTokens/range', { range }],
      ['inlayHint', { range }],
    ]),
  ];
  const asked = about.map(([method, params]) => talk.ask(`textDocument/${method}`, { textDocument, ...params }));
  for (const [n, position] of positions.entries()) asked.push(...askAt(talk, uri, position, n % 3 === 0));
  await Promise.all(asked);
  if (talk.server.capabilities.codeActionProvider !== undefined) await askForActions(talk, uri, whole);
}

/** @param everywhere whether also what makes the server read all files */
function askAt(talk: Conversation, uri: string, position: Position, everywhere: boolean): Promise<unknown>[] {
  const at = { textDocument: { uri }, position };
  const renamed = typeof talk.server.capabilities.renameProvider === 'object' ? ['prepareRename'] : [];
  return [
    ...['completion', 'hover', 'definition', 'documentHighlight', ...renamed].map((method) =>
      talk.ask(`textDocument/${method}`, at),
    ),
    ...(everywhere
      ? [
          talk.ask('textDocument/references', { ...at, context: { includeDeclaration: true } }),
          talk.ask('textDocument/rename', { ...at, newName: 'another' }),
        ]
      : []),
  ];
}

async function askForActions(talk: Conversation, uri: string, whole: Range): Promise<void> {
  const ask = async (range: Range, context: object) =>
    (await talk.ask('textDocument/codeAction', { textDocument: { uri }, range, context })) as CodeAction[];
  const diagnostics = await talk.diagnostics(uri);
  const found = await Promise.all([
    ask(whole, { diagnostics: [] }),
    ask(whole, { diagnostics: [], only: ['source'] }),
    ask(whole, { diagnostics, only: ['quickfix'] }),
    ask(whole, { diagnostics: [], only: ['refactor'] }),
    ...diagnostics.map((one) => ask(one.range, { diagnostics: [one], triggerKind: 1 })),
  ]);
  const unresolved = found.flat().filter(isUnresolved);
  await Promise.all(unresolved.map((action) => talk.ask('codeAction/resolve', action)));
}

/** Places all over a document. */
function positionsIn(document: TextDocument): Position[] {
  const text = document.getText();
  const step = Math.max(1, Math.floor(text.length / (THOROUGH ? 400 : 14)));
  const offsets = Array.from({ length: Math.floor(text.length / step) + 1 }, (_, n) => n * step);
  // An editor's cursor is in no character's middle.
  const between = offsets.filter((offset) => !/^[\uDC00-\uDFFF]/.test(text.slice(offset)));
  return between.map((offset) => document.positionAt(offset));
}
