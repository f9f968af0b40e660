import { describe, expect, it } from 'vitest';
import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver-types';
import { row, taskFile } from '../task/harness.ts';
import { editor, TASK, TRAIN, uriOf } from './harness.ts';

/** The outline as lines, deeper ones indented: `name (detail)`. */
function outlineOf(text: string): string[] {
  const { service } = editor();
  service.openDocument(TASK, text);
  const lines = (symbols: readonly DocumentSymbol[], indent: string): string[] =>
    symbols.flatMap(({ name, detail, children = [] }) => [
      `${indent}${name}${detail === undefined ? '' : ` (${detail})`}`,
      ...lines(children, `${indent}  `),
    ]);
  return lines(service.documentSymbols(TASK), '');
}

describe('the outline', () => {
  it('has tasks with the parts of their templates, data files, examples and sections, in the order of the text', () => {
    expect(
      outlineOf(`{
        "model": "demo",
        "trainer": { "seed": 1 },
        "task_templates": [
          { "taskname": "mood", "prompt_template": "<|VIRTUAL_PROMPT_0|> {text}:{label}", "answer_field": "label", "total_virtual_tokens": 1 },
          { "prompt_template": "{a}" }
        ],
        "data": { "train_ds": ["a.jsonl", ""], "test_ds": "b.jsonl" },
        "examples": [{ "taskname": "mood", "stars": 4, "text": "Up again", "label": "good" }, { "text": "no task" }],
        "unknown": {}
      }`),
    ).toEqual([
      'trainer',
      'mood (1 virtual token)',
      '  <|VIRTUAL_PROMPT_0|> (1 virtual token)',
      '  {text}',
      '  {label} (answer)',
      'data',
      '  a.jsonl (training data)',
      '  b.jsonl (test data)',
      'examples',
      '  mood (Up again)',
    ]);
  });

  it('tells each thing’s kind, where it is and where its name is', () => {
    const { service } = editor();
    const text =
      '{ "task_templates": [{ "taskname": "mood", "prompt_template": "<|VIRTUAL_PROMPT_0|>{text}" }], "data": { "train_ds": "a.jsonl" }, "examples": [{ "taskname": "mood" }] }';
    service.openDocument(TASK, text);
    const lines = (symbols: readonly DocumentSymbol[]): string[] =>
      symbols.flatMap(({ kind, range, selectionRange, children = [] }) => [
        `${kind} ${text.slice(range.start.character, range.end.character)} at ${text.slice(selectionRange.start.character, selectionRange.end.character)}`,
        ...lines(children),
      ]);
    expect(lines(service.documentSymbols(TASK))).toEqual([
      `${SymbolKind.Class} { "taskname": "mood", "prompt_template": "<|VIRTUAL_PROMPT_0|>{text}" } at "mood"`,
      `${SymbolKind.Constant} <|VIRTUAL_PROMPT_0|> at <|VIRTUAL_PROMPT_0|>`,
      `${SymbolKind.Field} {text} at {text}`,
      `${SymbolKind.Module} "data": { "train_ds": "a.jsonl" } at "data"`,
      `${SymbolKind.File} "a.jsonl" at "a.jsonl"`,
      `${SymbolKind.Module} "examples": [{ "taskname": "mood" }] at "examples"`,
      `${SymbolKind.Object} { "taskname": "mood" } at { "taskname": "mood" }`,
    ]);
  });

  it('has of two sections of a name the one that counts', () => {
    expect(outlineOf('{ "data": { "train_ds": "a.jsonl" }, "data": { "train_ds": "b.jsonl" } }')).toEqual([
      'data',
      '  b.jsonl (training data)',
    ]);
  });

  it('is there in text that does not parse', () => {
    expect(outlineOf('{ , "task_templates": [{ "taskname": "mood", "prompt_template": "{text} ')).toEqual([
      'mood (10 virtual tokens)',
      '  {text}',
    ]);
  });

  it('is not given for a data file', () => {
    const { service } = editor();
    service.openDocument(TASK, taskFile());
    service.openDocument(TRAIN, row('a'));
    expect(service.documentSymbols(TRAIN)).toEqual([]);
  });
});

describe('links', () => {
  const linked = async (text: string, uri = TASK) => {
    const { service, disk } = editor();
    Object.assign(disk, { 'mine.safetensors': '', 'models/tiny/config.json': '{}', 'models/empty/README.md': '' });
    service.openDocument(TASK, text);
    const links = await service.documentLinks(uri);
    return links.map(({ target, range: { start, end } }) => [text.slice(start.character, end.character), target]);
  };

  it('lead to data files, the prompt table and the configuration of a model folder', async () => {
    expect(
      await linked(
        '{ "model": "models/tiny", "prompt_table": "mine.safetensors", "data": { "train_ds": "train.jsonl", "test_ds": ["./validation.jsonl"] } }',
      ),
    ).toEqual([
      ['models/tiny', uriOf('project/models/tiny/config.json')],
      ['mine.safetensors', uriOf('project/mine.safetensors')],
      ['train.jsonl', TRAIN],
      ['./validation.jsonl', uriOf('project/validation.jsonl')],
    ]);
  });

  it('say what they lead to', async () => {
    const { service, disk } = editor();
    Object.assign(disk, { 'mine.safetensors': '', 'models/tiny/config.json': '{}' });
    service.openDocument(
      TASK,
      '{ "model": "models/tiny", "prompt_table": "mine.safetensors", "data": { "train_ds": "train.jsonl" } }',
    );
    expect((await service.documentLinks(TASK)).map(({ tooltip }) => tooltip)).toEqual([
      'Configuration of the model',
      'Prompt table',
      'Data file',
    ]);
  });

  it('follow as files come and go', async () => {
    const { service, disk } = editor();
    service.openDocument(TASK, '{ "data": { "test_ds": "rows/new.jsonl" } }');
    const targets = async () => (await service.documentLinks(TASK)).map(({ target }) => target);
    expect(await targets()).toEqual([]);
    disk['rows/new.jsonl'] = '';
    service.fileChanged(uriOf('project/rows/new.jsonl'));
    expect(await targets()).toEqual([uriOf('project/rows/new.jsonl')]);
    delete disk['rows/new.jsonl'];
    service.fileChanged(uriOf('project/rows'));
    expect(await targets()).toEqual([]);
  });

  it('do not lead to what is not there', async () => {
    expect(
      await linked('{ "model": "models/empty", "prompt_table": "models", "data": { "train_ds": ["gone.jsonl", ""] } }'),
    ).toEqual([]);
    expect(await linked(taskFile(), TRAIN)).toEqual([]);
  });
});

it('the paths that a task file names are told as they are written, broken text or not', () => {
  const { service } = editor();
  const text =
    '{ "model": "~/gpt2", "prompt_table": "../t.safetensors", "data": { "train_ds": ["a.jsonl", "a.jsonl", ""], "test_ds": "/b.jsonl" }';
  service.openDocument(TASK, text);
  expect(service.taskPaths(TASK)).toEqual(['~/gpt2', '../t.safetensors', 'a.jsonl', '/b.jsonl']);
  expect(service.taskPaths(TRAIN)).toBeUndefined();
  // Where the prompt table is written by default there may be a link, and of two keys of a name one counts.
  service.editDocument(TASK, [
    { text: '{ "model": "m", "data": { "train_ds": ["a.jsonl"] }, "data": { "train_ds": ["b.jsonl"] } }' },
  ]);
  expect(service.taskPaths(TASK)).toEqual(['m', 'assistant.prompts.safetensors', 'b.jsonl']);
});
