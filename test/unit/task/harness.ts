import { posix } from 'node:path';
import { ChatEncoder } from '../../../model/src/chat/chat-encoder.ts';
import { TokenizerGivenUp } from '../../../model/src/tokenizer/patience.ts';
import type { Tokenizer } from '../../../model/src/tokenizer.ts';
import type { Problem, ProblemFix, Range } from '../../../protocol/src/problem.ts';
import { type CheckResult, checkTaskFile } from '../../../task/src/check.ts';
import type { CheckEnvironment, ModelFacts, PromptTableFacts } from '../../../task/src/environment.ts';
import { parseJsonTree, properties } from '../../../task/src/json-tree.ts';
import { LineIndex } from '../../../task/src/line-index.ts';

export const TASK_PATH = 'project/assistant.ptask.json';

/** A text with ⟦…⟧ around the places where something is expected. */
export function unmark(marked: string): { text: string; ranges: Range[] } {
  let text = '';
  const open: number[] = [];
  const spans: { start: number; end: number }[] = [];
  for (const character of marked) {
    if (character === '⟦') open.push(text.length);
    else if (character === '⟧') spans.push({ start: open.pop()!, end: text.length });
    else text += character;
  }
  const lines = new LineIndex(text);
  spans.sort((a, b) => a.start - b.start || a.end - b.end);
  return { text, ranges: spans.map((span) => lines.range(span)) };
}

const FILE_KEYS: Record<string, string> = {
  model: '"demo"',
  language: '"sv"',
  data: '{ "train_ds": ["train.jsonl"], "validation_ds": ["validation.jsonl"], "max_seq_length": 48 }',
};

const TEMPLATE_KEYS: Record<string, string> = {
  taskname: '"sentiment-task"',
  prompt_template: '"<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  answer_field: '"label"',
  labels: '{ "positiva": ["positiv"], "negativa": ["negativ"] }',
};

/** A sound template with these keys instead of its own. */
export function template(keys = ''): string {
  return withDefaults(keys, TEMPLATE_KEYS);
}

/** A sound task file with these keys, or with these keys of its template, instead of its own. */
export function taskFile({ file = '', of = '' }: { file?: string; of?: string } = {}): string {
  return withDefaults(file, { ...FILE_KEYS, task_templates: `[${template(of)}]` });
}

function withDefaults(keys: string, defaults: Record<string, string>): string {
  const tree = parseJsonTree(`{${unmark(keys).text}\n}`, { comments: true }).root!;
  const given = new Set(properties(tree).map(({ name }) => name));
  const rest = Object.entries(defaults).flatMap(([key, value]) => (given.has(key) ? [] : [`"${key}": ${value}`]));
  const members = keys.trim() === '' ? rest : [...rest, `${keys}\n`];
  return `{${members.join(',\n')}}`;
}

export function row(sentence: string, label = 'positiva'): string {
  return JSON.stringify({ taskname: 'sentiment-task', sentence, label });
}

export const TRAINING_ROWS = [row('Kursen stiger'), row('Kursen faller', 'negativa')].join('\n');

const DATA: Record<string, string> = {
  'train.jsonl': TRAINING_ROWS,
  'validation.jsonl': [row('Vinsten ökar'), row('Vinsten minskar', 'negativa')].join('\n'),
  'test.jsonl': row('Aktien lyfter'),
  'empty.jsonl': '\n\n',
  'rows.csv': 'sentence,label\nBra,positiva\n',
  'positive-rows.jsonl': [row('Vinsten ökar'), row('Kassan växer')].join('\n'),
};

/**
 * One token for each word with the space before it, and one for each other character but letters; the same one for all words in
 * Georgian letters, which it does not know.
 */
export const wordTokeniser = {
  encode: (text: string): number[] => {
    const words = text.match(/ ?\p{L}+| ?\p{N}+|\s+| ?[^\s\p{L}\p{N}]+/gu) ?? [];
    return words.map((word) =>
      /\p{Script=Georgian}/u.test(word)
        ? 0
        : [...word].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) | 0, 7),
    );
  },
};

/** A model whose tokeniser works until a text has the word, and never again. */
export function modelGivenUpAt(word: string): ModelFacts {
  let end: TokenizerGivenUp | undefined;
  const encode = (text: string) => {
    if (text.includes(word)) end ??= new TokenizerGivenUp('tokenizer.json is not used any more', undefined);
    if (end) throw end;
    return wordTokeniser.encode(text);
  };
  return { ...demoModel, tokenizer: { encode, givenUp: () => end?.message } } as ModelFacts;
}

export const demoModel: ModelFacts = {
  kind: 'ok',
  maxPositions: 448,
  tokenizer: wordTokeniser,
  languages: ['en', 'sv', 'da'],
  prefixTokens: 4,
  fingerprint: 'demo-fingerprint',
};

/** A chat template that puts these around what is said, and ends the answer so. */
export function chatOf(before: string, after: string, end = '<end>'): ChatEncoder {
  const none = { start: '', end: '' };
  return new ChatEncoder(
    { before, after, lead: '', end, between: before, userBlanks: none, answerBlanks: none },
    chatTokeniser,
  );
}

const END = -5;

const chatTokeniser: Tokenizer = {
  ...wordTokeniser,
  encodeSpecial: (text) =>
    text.split('<end>').flatMap((part, i) => [...(i === 0 ? [] : [END]), ...wordTokeniser.encode(part)]),
  decode: () => '',
  tokenId: () => undefined,
  tokenText: () => undefined,
  isSpecial: (id) => id === END,
  vocabSize: 1,
  addsBos: false,
  addsEos: false,
  hash: '',
};

const MODELS: Record<string, ModelFacts> = {
  demo: demoModel,
  'folder-in-part': { kind: 'not-found', missing: ['model.safetensors', 'tokenizer.json'], isLocalFolder: true },
  'broken-folder': { kind: 'not-found', missing: [], reason: 'model.safetensors is cut off' },
  'bert-folder': {
    kind: 'unsupported',
    modelType: 'bert',
    supported: ['gpt2', 'llama'],
    reason: "model_type 'bert'",
  },
  'chat-folder': { ...demoModel, chat: chatOf('<user>', '<assistant>') },
  'odd-chat-folder': { ...demoModel, chat: { unusable: 'it needs a system turn.' } },
  'odd-llama-folder': {
    kind: 'unsupported',
    modelType: 'llama',
    supported: ['gpt2', 'llama'],
    reason: "hidden_act 'relu' (supported: silu)",
  },
};

const trained = {
  template: '<|VIRTUAL_PROMPT_0|> {sentence}:{label}',
  chat: false,
  splits: [10],
  virtualTokens: 10,
  hidden: 4,
};
const TABLES: Record<string, PromptTableFacts> = {
  'project/broken.safetensors': { broken: 'its header is no JSON', tasks: new Map() },
  'project/assistant.prompts.safetensors': {
    tasks: new Map([['trained-task', { ...trained, backboneFingerprint: 'demo-fingerprint' }]]),
  },
  'project/chat.safetensors': {
    tasks: new Map([
      ['trained-task', { ...trained, chat: true, chatFrame: chatOf('<user>', '<assistant>').frameHash }],
      ['told-in-another', { ...trained, chat: true, chatFrame: chatOf('User: ', '').frameHash }],
      ['trained-before-it-was-recorded', { ...trained, chat: true }],
    ]),
  },
  'project/other-backbone.prompts.safetensors': {
    tasks: new Map([['trained-task', { ...trained, backboneFingerprint: 'other' }]]),
  },
  'project/foreign.safetensors': { tasks: new Map([['trained-task', { virtualTokens: 10, hidden: 4 }]]) },
};

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

export function environment(
  data: Record<string, string | Uint8Array>,
  changes: Partial<CheckEnvironment> = {},
): CheckEnvironment {
  return {
    resolvePath: (from, path) => posix.join(posix.dirname(from), path),
    readFile: async (path) => {
      const content = data[posix.relative('project', path)];
      if (content === undefined) return 'not-found';
      return inChunks(typeof content === 'string' ? new TextEncoder().encode(content) : content, 1000);
    },
    namesBeside: async (path) => {
      const folder = posix.relative('project', posix.dirname(path));
      return Object.keys(data).flatMap((name) =>
        posix.dirname(name) === (folder || '.') ? [posix.basename(name)] : [],
      );
    },
    model: async ({ model }) =>
      MODELS[model] ?? { kind: 'not-found', missing: [], absent: `there is no folder ${model}` },
    promptTable: async (path) => TABLES[path],
    ...changes,
  };
}

export interface Fixture {
  /** The text of the task file. */
  task?: string;
  /** Data files, instead of the sound ones or beside them. */
  data?: Record<string, string>;
  environment?: Partial<CheckEnvironment>;
}

export async function check({
  task = taskFile(),
  data = {},
  environment: changes = {},
}: Fixture): Promise<CheckResult> {
  const texts = Object.fromEntries(
    Object.entries({ ...DATA, ...data }).map(([name, text]) => [name, unmark(text).text]),
  );
  return checkTaskFile({
    path: TASK_PATH,
    text: unmark(task).text,
    environment: environment(texts, changes),
  });
}

/** Where a rule fires and where the ⟦marks⟧ say it should, as `file line:column-line:column`. */
export async function fired(code: string, fixture: Fixture): Promise<{ found: string[]; expected: string[] }> {
  const { problems } = await check(fixture);
  const found = problems.filter((problem) => problem.code === code).map(({ file, range }) => place(file, range));
  const expected = [
    ...unmark(fixture.task ?? '').ranges.map((range) => place(TASK_PATH, range)),
    ...Object.entries(fixture.data ?? {}).flatMap(([name, text]) =>
      unmark(text).ranges.map((range) => place(`project/${name}`, range)),
    ),
  ];
  return { found, expected };
}

function place(file: string, { start, end }: Range): string {
  return `${file} ${start.line}:${start.character}-${end.line}:${end.character}`;
}

/** The text that a problem underlines. */
export function underlined(text: string, { range }: Problem): string {
  const lines = new LineIndex(text);
  return text.slice(lines.offset(range.start), lines.offset(range.end));
}

/** The texts of a fixture, by path: the task file and those of its data files that it names. */
export function textsOf({ task = taskFile(), data = {} }: Fixture): Map<string, string> {
  const files = Object.entries({ ...DATA, ...data }).map(
    ([name, text]) => [`project/${name}`, unmark(text).text] as const,
  );
  return new Map([[TASK_PATH, unmark(task).text], ...files]);
}

/** The fixture whose texts are these. */
export function fixtureOf(texts: ReadonlyMap<string, string>, { environment }: Fixture): Fixture {
  const data = [...texts].filter(([path]) => path !== TASK_PATH);
  return {
    task: texts.get(TASK_PATH)!,
    data: Object.fromEntries(data.map(([path, text]) => [posix.relative('project', path), text])),
    ...(environment === undefined ? {} : { environment }),
  };
}

/** What a fix makes of the texts. */
export function applyFix(
  texts: ReadonlyMap<string, string>,
  { edits }: Pick<ProblemFix, 'edits'>,
): Map<string, string> {
  const result = new Map(texts);
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const whole = texts.get(file)!;
    // An editor shows a text without its byte order mark, and saves it with the mark; of the task file ours shows it, so
    // that offsets are the file's.
    const mark = file !== TASK_PATH && whole.startsWith('\uFEFF') ? '\uFEFF' : '';
    const text = whole.slice(mark.length);
    const lines = new LineIndex(text);
    const spans = edits
      .filter((edit) => edit.file === file)
      .map(({ range, newText }) => ({ start: lines.offset(range.start), end: lines.offset(range.end), newText }))
      .sort((a, b) => a.start - b.start || a.end - b.end);
    for (const [i, { start }] of spans.entries()) {
      if (i > 0 && start < spans[i - 1]!.end) throw new Error('The edits of a fix overlap.');
    }
    const changed = spans.reduceRight(
      (rest, { start, end, newText }) => rest.slice(0, start) + newText + rest.slice(end),
      text,
    );
    result.set(file, mark + changed);
  }
  return result;
}
