// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of snippets, not of JavaScript
import { describe, expect, it } from 'vitest';
import { CompletionItemKind, InsertTextFormat, type TextEdit } from 'vscode-languageserver-types';
import { DEMO_SIZES } from '../../../model/src/demo/packages.ts';
import { SUGGESTED_MODELS } from '../../../model/src/suggested-models.ts';
import type { ModelFacts } from '../../../task/src/environment.ts';
import type { Key, ValueShape } from '../../../task/src/key-types.ts';
import { taskFileShape } from '../../../task/src/keys.ts';
import { demoModel, row, taskFile } from '../task/harness.ts';
import { completing } from './completing.ts';
import { atCursor, editor, TASK } from './harness.ts';

const SNIPPETS = { snippets: true };

describe('keys', () => {
  it('are those that the object lacks, the required ones first, with their documentation', async () => {
    const { labels, item } = await completing('{ "language": "sv", ‸ "data": {} }');
    expect(labels.slice(0, 3)).toEqual(['model', 'task_templates', 'prompt_table']);
    expect(labels).not.toContain('language');
    expect(labels).not.toContain('data');
    expect(labels.at(-1)).toBe('$schema');
    expect(item('model').detail).toBe('required');
    expect(item('optim').documentation).toMatchObject({ value: expect.stringContaining('The optimiser, AdamW.') });
  });

  it('come with their default, in text that does not parse', async () => {
    const { accept } = await completing('{ "model": "demo", "trainer": { "seed": 1, "max‸');
    expect(accept('max_epochs')).toBe('{ "model": "demo", "trainer": { "seed": 1, "max_epochs": 20');
  });

  it.each([
    ['{ "trainer": { "‸" } }', 'max_epochs', '{ "trainer": { "max_epochs": ${1:20} } }'],
    [
      '{ "p_tuning": { ‸ } }',
      'encoder_type',
      '{ "p_tuning": { "encoder_type": "${1|lstm,mlp,tpmlp,residual,embedding|}" } }',
    ],
    ['{ "data": { ‸ } }', 'add_bos', '{ "data": { "add_bos": ${1|true,false|} } }'],
    ['{ "data": { ‸ } }', 'add_eos', '{ "data": { "add_eos": ${1|false,true|} } }'],
    ['{ "data": { ‸ } }', 'train_ds', '{ "data": { "train_ds": ["${1:train.jsonl}"] } }'],
    ['{ "optim": { ‸ } }', 'betas', '{ "optim": { "betas": [${1:0.9}, ${2:0.98}] } }'],
    ['{ ‸ }', 'optim', '{ "optim": { "lr": ${1:0.0001} } }'],
    [
      '{ "optim": { ‸ } }',
      'sched',
      '{ "optim": { "sched": { "name": "${1|CosineAnnealing,constant|}", "warmup_steps": ${2:50} } } }',
    ],
    ['{ "trainer": { ‸ } }', 'early_stopping', '{ "trainer": { "early_stopping": { "patience": ${1:5} } } }'],
    ['{ ‸ }', '$schema', '{ "\\$schema": "$1" }'],
  ])('come with stops for the values where the editor has snippets: %s', async (marked, key, expected) =>
    expect((await completing(marked, SNIPPETS)).accept(key)).toBe(expected),
  );

  it('come with what the rest of the file and the model say', async () => {
    const file = (keys: string) => completing(taskFile({ file: keys }).replace('"language": "sv",\n', ''), SNIPPETS);
    expect((await file('"optim": {}, ‸"examples": []')).accept('language')).toContain('"language": "${1|en,sv,da|}",');
    expect((await file('"optim": {}, ‸"examples": []')).accept('new_tasks')).toContain(
      '"new_tasks": ["sentiment-task"],',
    );
    const of = (keys: string) => completing(taskFile({ of: keys }), SNIPPETS);
    const two =
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}<|VIRTUAL_PROMPT_1|>:{label}", "total_virtual_tokens": 7, ‸';
    expect((await of(two)).accept('virtual_token_splits')).toContain('"virtual_token_splits": [${1:4}, ${2:3}]');
    expect((await of('‸')).accept('truncate_field')).toContain('"truncate_field": "${1:sentence}"');
  });

  it('come with what the data, the model and the splits say', async () => {
    const short = {
      environment: { model: async () => ({ ...(demoModel as object), maxPositions: 256 }) as ModelFacts },
    };
    expect((await completing('{ "model": "demo", "data": { ‸ } }', short)).accept('max_seq_length')).toContain(
      '"max_seq_length": 256',
    );
    const given = '"taskname": "sentiment-task", ';
    const of = async (keys: string, key: string) =>
      (await completing(`{ "data": { "train_ds": "train.jsonl" }, "task_templates": [{ ${given}${keys}‸ }] }`)).accept(
        key,
      );
    expect(await of('"virtual_token_splits": [3, 4], ', 'total_virtual_tokens')).toContain('"total_virtual_tokens": 7');
    const other = '{ "task_templates": [{ "virtual_token_splits": [3, 4], "total_virtual_tokens": 1‸2 }] }';
    expect((await completing(other)).labels).toEqual(['7']);
    expect(await of('', 'prompt_template')).toContain('"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}: {label}"');
    expect(await of('"answer_field": "sentence", ', 'prompt_template')).toContain(' {label}: {sentence}"');
    const existing = taskFile({ file: '"existing_tasks": ["sentiment-task"], ‸"examples": []' });
    expect((await completing(existing)).accept('new_tasks')).toContain('"new_tasks": [""]');
  });

  it('come with the names that the lists and the prompt table have', async () => {
    expect((await completing('{ "new_tasks": ["a"], "task_templates": [{ ‸ }] }')).accept('taskname')).toContain(
      '{ "taskname": "a" }',
    );
    const trained = '{ "task_templates": [{ "taskname": "other" }, { "taskname": "trained-task" }], ‸ }';
    expect((await completing(trained)).accept('existing_tasks')).toContain('"existing_tasks": ["trained-task"]');
    const two = '{ "new_tasks": ["a", "b"], "prompt_tuning": { ‸ } }';
    expect((await completing(two, SNIPPETS)).accept('new_prompt_init_methods')).toContain(
      '"new_prompt_init_methods": ["${1|text,random|}", "${2|text,random|}"]',
    );
  });

  it('keep a colon and a value that are there', async () =>
    expect((await completing('{ "lang‸": "sv" }')).accept('language')).toBe('{ "language": "sv" }'));

  it.each([
    ['{ "model": "demo"\n  ‸\n}', '{ "model": "demo",\n  "language": "en"\n}'],
    ['{ "model": "demo"\n  "lang‸"\n}', '{ "model": "demo",\n  "language": "en"\n}'],
    ['{ ‸ "model": "demo" }', '{ "language": "en", "model": "demo" }'],
    ['{ "model": "demo" lang‸ }', '{ "model": "demo", "language": "en" }'],
  ])('bring the commas that are missing around them: %s', async (marked, expected) => {
    const model = async () => ({
      kind: 'ok' as const,
      maxPositions: 9,
      prefixTokens: 1,
      fingerprint: 'x',
      languages: ['en'],
    });
    expect((await completing(marked, { environment: { model } })).accept('language')).toBe(expected);
  });
});

describe('an offer', () => {
  it.each([
    ['a key', '{ "la‸" }', 'language'],
    ['a bare key', '{ la‸ }', 'language'],
    ['a value', '{ "p_tuning": { "encoder_type": "r‸" } }', '"residual"'],
    ['a bare value', '{ "p_tuning": { "encoder_type": r‸ } }', '"residual"'],
    ['a path', '{ "data": { "train_ds": ["tr‸"] } }', '"train.jsonl"'],
    ['a label', taskFile({ of: '"labels": { "pos‸" }' }), 'positiva'],
    ['a key of an example', taskFile({ file: '"examples": [{ "sen‸" }]' }), 'sentence'],
  ])('is found by what is typed of it, quotes and all, in place of which it comes: %s', async (_, marked, label) => {
    const { item } = await completing(marked);
    const { textEdit, filterText } = item(label);
    const { text, position } = atCursor(marked);
    const line = text.split('\n')[position.line]!;
    const { start } = (textEdit as TextEdit).range;
    expect(filterText).toMatch(new RegExp(`^${line.slice(start.character, position.character)}`));
  });

  it('says whether it is a snippet, what it is, and how its documentation is written', async () => {
    const marked = '{ "p_tuning": { ‸ } }';
    expect((await completing(marked, SNIPPETS)).item('encoder_type')).toMatchObject({
      kind: CompletionItemKind.Property,
      insertTextFormat: InsertTextFormat.Snippet,
      documentation: { kind: 'markdown' },
    });
    expect((await completing(marked)).item('encoder_type').insertTextFormat).toBe(InsertTextFormat.PlainText);
    const template = (await completing('{ "task_templates": [‸] }')).item('Template for free text');
    expect(template.filterText).toContain('Template for free text');
    expect(template.documentation).toMatchObject({ value: expect.stringContaining('```jsonc') });
  });
});

describe('values', () => {
  it('of each key with few have the default first in the key table', () => {
    const keysOf = (shape: ValueShape): [string, Key<unknown>][] => {
      if (shape.kind === 'list') return keysOf(shape.items);
      if (shape.kind === 'nullable') return keysOf(shape.of);
      if (shape.kind !== 'section') return [];
      return Object.entries(shape.keys).flatMap(([name, key]) => [[name, key], ...keysOf(key.shape)]);
    };
    const few = keysOf(taskFileShape).flatMap(([name, { shape, absent }]) =>
      shape.kind === 'text' && shape.values ? [{ name, first: { default: shape.values[0] }, absent }] : [],
    );
    expect(few.map(({ name }) => name)).toContain('encoder_type');
    for (const { name, first, absent } of few) expect(first, name).toEqual(absent);
  });

  it('of a key with few are these, the default first, each with its meaning', async () => {
    const { labels, item } = await completing('{ "p_tuning": { "encoder_type": ‸ } }');
    expect(labels).toEqual(['"lstm"', '"mlp"', '"tpmlp"', '"residual"', '"embedding"']);
    expect(item('"lstm"').detail).toBe('default');
    expect(item('"residual"').documentation).toMatchObject({ value: expect.stringContaining('small backbones') });
  });

  it.each([
    ['{ "p_tuning": { "encoder_type": "r‸" } }', '"residual"', '{ "p_tuning": { "encoder_type": "residual" } }'],
    ['{ "p_tuning": { "encoder_type": "r‸ } }', '"residual"', '{ "p_tuning": { "encoder_type": "residual" } }'],
    ['{ "p_tuning": { "encoder_type": r‸ } }', '"residual"', '{ "p_tuning": { "encoder_type": "residual" } }'],
    ['{ "p_tuning": { "encoder_type" "r‸" } }', '"residual"', '{ "p_tuning": { "encoder_type": "residual" } }'],
    ['{ "p_tuning": { "encoder_type""r‸" } }', '"residual"', '{ "p_tuning": { "encoder_type":"residual" } }'],
    [
      '{ "p_tuning": { "encoder_type": "r‸, "dropout": 0 } }',
      '"residual"',
      '{ "p_tuning": { "encoder_type": "residual", "dropout": 0 } }',
    ],
    ['{ "data": { "add_bos": t‸ } }', 'true', '{ "data": { "add_bos": true } }'],
    ['{ "data": { "add_bos": ‸\n "add_eos": true } }', 'true', '{ "data": { "add_bos": true,\n "add_eos": true } }'],
    ['{ "trainer": { "max_epochs": ‸ } }', '20', '{ "trainer": { "max_epochs": 20 } }'],
    ['{ "optim": { "betas": ‸ } }', '[0.9, 0.98]', '{ "optim": { "betas": [0.9, 0.98] } }'],
  ])('take the place of what is there, and no more: %s', async (marked, label, expected) =>
    expect((await completing(marked)).accept(label)).toBe(expected),
  );

  it('of true, false, null and numbers say which is the default', async () => {
    const details = async (marked: string) =>
      (await completing(marked)).items.map(({ label, detail }) => [label, detail]);
    expect(await details('{ "data": { "add_bos": ‸ } }')).toEqual([
      ['true', undefined],
      ['false', undefined],
      ['null', 'default'],
    ]);
    expect(await details('{ "trainer": { "seed": ‸ } }')).toEqual([['1234', 'default']]);
    expect(await details('{ "language": ‸ }')).toContainEqual(['null', 'default']);
  });

  it('as a whole are shown in a line, of which the beginning', async () => {
    const { labels, items } = await completing(taskFile({ of: '"labels": ‸' }));
    expect(labels).toEqual(['null', '{ "negativa": [], "positiva": [] }']);
    expect(items.find(({ label }) => label.startsWith('{'))?.documentation).toBeDefined();
    const [template] = (await completing('{ "task_templates": ‸ }')).labels;
    expect(template).toMatch(/^\[ \{ "taskname": .*…$/);
    expect(template).toHaveLength(60);
  });

  it('of true, false, null and numbers are not offered in a string', async () => {
    expect((await completing('{ "data": { "add_bos": "‸" } }')).labels).toEqual([]);
    expect((await completing('{ "trainer": { "seed": "‸" } }')).labels).toEqual([]);
    expect((await completing(taskFile({ of: '"answer_field": "‸"' }))).labels).not.toContain('null');
  });

  it('are not offered behind a value, outside the file, in a comment or for an unknown key', async () => {
    for (const marked of ['{ "model": "demo"‸ }', '{ "model": "demo" } ‸', '{ // ‸\n }', '{ "unknown": ‸ }']) {
      expect((await completing(marked)).labels).toEqual([]);
    }
  });
});

describe('names', () => {
  it('of tasks are those that neither list has', async () => {
    expect((await completing(taskFile({ file: '"new_tasks": ["‸"]' }))).labels).toEqual(['"sentiment-task"']);
    const taken = taskFile({ file: '"existing_tasks": ["sentiment-task"], "new_tasks": ["‸"]' });
    expect((await completing(taken)).labels).toEqual([]);
    const isNew = taskFile({ file: '"new_tasks": ["sentiment-task"], "existing_tasks": ["‸"]' });
    expect((await completing(isNew)).labels).toEqual(['"trained-task"']);
  });

  it('of tasks hold the one that the cursor is in, with its rows', async () => {
    const { labels, item } = await completing(taskFile({ file: '"new_tasks": ["sentiment‸-task"]' }));
    expect(labels).toEqual(['"sentiment-task"']);
    expect(item('"sentiment-task"').detail).toBe('4 rows');
  });

  it('of existing tasks are those of the prompt table first', async () => {
    const { labels, item } = await completing(taskFile({ file: '"existing_tasks": [‸]' }));
    expect(labels).toEqual(['"trained-task"', '"sentiment-task"']);
    expect(item('"trained-task"').detail).toBe('trained');
  });

  it('of a template are the tasks that have none', async () => {
    const marked =
      '{ "new_tasks": ["a-task", "b-task"], "existing_tasks": ["c-task"], "task_templates": [{ "taskname": "a-task" }, { "taskname": "‸" }] }';
    expect((await completing(marked)).labels).toEqual(['"b-task"', '"c-task"']);
  });

  it('of a template are tasks that rows name, too', async () => {
    const file = '{ "data": { "train_ds": "train.jsonl" }, "task_templates": [{ "taskname": "‸" }] }';
    const { labels, item } = await completing(file);
    expect(labels).toEqual(['"sentiment-task"']);
    expect(item('"sentiment-task"').detail).toBe('2 rows');
  });

  it('of the answer’s field are the template’s, the last first; of the truncated field all but the answer’s', async () => {
    expect((await completing(taskFile({ of: '"answer_field": "‸"' }))).labels).toEqual(['"label"', '"sentence"']);
    const { labels, accept } = await completing(taskFile({ of: '"truncate_field": "‸"' }));
    expect(labels).toEqual(['"sentence"']);
    expect(accept('"sentence"')).toContain('"truncate_field": "sentence"');
  });

  it('of the truncated field have the one with the longest texts first', async () => {
    const of = '"prompt_template": "<|VIRTUAL_PROMPT_0|> {topic} {sentence}:{label}", "truncate_field": "‸"';
    const rows = ['a', 'b'].map((label) => JSON.stringify({ ...JSON.parse(row('Ja, bara bra.', label)), topic: 'x' }));
    expect((await completing(taskFile({ of }), { disk: { 'train.jsonl': rows.join('\n') } })).labels).toEqual([
      '"sentence"',
      '"topic"',
    ]);
  });

  it('of the answer’s field are the rows’, where the template has no text, the commonest first', async () => {
    const rows = ['{"text": "a"}', '{"text": "b", "label": "x"}'].map((fields) =>
      fields.replace('{', '{"taskname": "a", '),
    );
    const file =
      '{ "data": { "train_ds": "train.jsonl" }, "task_templates": [{ "taskname": "a", "answer_field": "‸" }] }';
    const { labels, item } = await completing(file, { disk: { 'train.jsonl': rows.toReversed().join('\n') } });
    expect(labels).toEqual(['"text"', '"label"']);
    expect(item('"text"').documentation).toMatchObject({ value: 'Such as `b`' });
  });

  it('of languages are those of the model', async () => {
    const { labels, item } = await completing('{ "model": "demo", "language": "‸" }');
    expect(labels).toEqual(['"en"', '"sv"', '"da"']);
    expect(item('"sv"').detail).toBe('Swedish');
  });
});

describe('labels', () => {
  const train = ['bra', 'bra', 'dåligt', 'bäst', 'bra'].map((label, i) => row(`mening ${i}`, label)).join('\n');
  const disk = { 'train.jsonl': train, 'validation.jsonl': '' };

  it('are the answers of the rows that have none, the commonest first', async () => {
    const { labels, accept } = await completing(taskFile({ of: '"labels": { "bäst": [], "‸" }' }), { disk });
    expect(labels).toEqual(['bra', 'dåligt']);
    expect(accept('bra')).toContain('"labels": { "bäst": [], "bra": [] }');
    const renamed = await completing(taskFile({ of: '"labels": { "bäst": [], "‸": ["b"] }' }), { disk });
    expect(renamed.accept('dåligt')).toContain('"labels": { "bäst": [], "dåligt": ["b"] }');
  });

  it('are counted without the blanks around them', async () => {
    const rows = ['dåligt', 'bra', ' bra', 'dåligt', ' bra'].map((label, i) => row(`mening ${i}`, label)).join('\n');
    const { items } = await completing(taskFile({ of: '"labels": { "‸" }' }), {
      disk: { 'train.jsonl': rows, 'validation.jsonl': '' },
    });
    expect(items.map(({ label, detail }) => [label, detail])).toEqual([
      ['bra', '3 rows'],
      ['dåligt', '2 rows'],
    ]);
  });

  it('are one where only the composition of letters differs, as it is one label', async () => {
    const rows = ['kafe\u0301', 'caf\u00e9', 'kaf\u00e9', 'kaf\u00e9'].map((label, i) => row(`mening ${i}`, label));
    const { items } = await completing(taskFile({ of: '"labels": { "‸" }' }), {
      disk: { 'train.jsonl': rows.join('\n'), 'validation.jsonl': '' },
    });
    expect(items.map(({ label, detail }) => [label, detail])).toEqual([
      ['kaf\u00e9', '3 rows'],
      ['caf\u00e9', '1 row'],
    ]);
  });

  it('as a whole are examples of labels, where there are too many answers', async () => {
    const many = Array.from({ length: 21 }, (_, i) => row(`mening ${i}`, `svar ${i}`)).join('\n');
    const { accept } = await completing(taskFile({ of: '"labels": null, ‸' }).replace('"labels": null,', ''), {
      disk: { 'train.jsonl': many, 'validation.jsonl': '' },
    });
    expect(accept('labels')).toContain('"labels": { "positive": [], "negative": [] }');
  });

  it('as a whole are all answers', async () => {
    const { accept } = await completing(taskFile({ of: '"labels": null, ‸' }).replace('"labels": null,', ''), { disk });
    expect(accept('labels')).toContain('"labels": { "bra": [], "bäst": [], "dåligt": [] }');
  });

  it('have as other forms the answers that begin alike first', async () => {
    const { labels, item } = await completing(taskFile({ of: '"labels": { "Bästa": ["‸"], "dåligt": [] }' }), { disk });
    expect(labels).toEqual(['"bäst"', '"bra"']);
    expect(item('"bra"').detail).toBe('3 rows');
  });
});

describe('paths', () => {
  const disk = {
    'data/dev.jsonl': '',
    'data/train-more.jsonl': '',
    'notes.txt': '',
    'models/gpt2/config.json': '{}',
    'models/gpt2/model.safetensors': '',
    'tables/other.safetensors': '',
    'node_modules/x/a.jsonl': '',
    '.hidden/b.jsonl': '',
  };

  it('to data are the JSONL files below the task file, those whose names fit first, without those the list has', async () => {
    const { labels, item, accept } = await completing(
      taskFile({ file: '"data": { "train_ds": ["train.jsonl", "‸"], "validation_ds": ["data/dev.jsonl"] }' }),
      { disk },
    );
    expect(labels).toEqual(['"data/train-more.jsonl"', '"validation.jsonl"', '"data/dev.jsonl"']);
    expect(item('"data/dev.jsonl"').detail).toBe('in validation_ds');
    expect(accept('"data/train-more.jsonl"')).toContain('"train_ds": ["train.jsonl", "data/train-more.jsonl"]');
  });

  it('to data are none that the list has, whatever other list has them too, but for the one at the cursor', async () => {
    const of = async (train: string) =>
      (
        await completing(taskFile({ file: `"data": { "train_ds": [${train}], "test_ds": ["train.jsonl"] }` }))
      ).items.map(({ label, detail }) => [label, detail]);
    expect(await of('"train.jsonl", "‸"')).toEqual([['"validation.jsonl"', undefined]]);
    expect(await of('"tra‸in.jsonl"')).toEqual([
      ['"train.jsonl"', 'in test_ds'],
      ['"validation.jsonl"', undefined],
    ]);
  });

  it('to data that are meant for the list go before others, and then those that no list has', async () => {
    const files = { 'b-test.jsonl': '', 'c-test.jsonl': '', 'a.jsonl': '' };
    const { labels } = await completing(
      taskFile({ file: '"data": { "train_ds": ["a.jsonl", "b-test.jsonl"], "test_ds": ["‸"] }' }),
      { disk: files },
    );
    expect(labels).toEqual(['"c-test.jsonl"', '"b-test.jsonl"', '"train.jsonl"', '"validation.jsonl"', '"a.jsonl"']);
  });

  it('start where a folder has been typed, whatever follows it', async () => {
    const { labels } = await completing('{ "data": { "test_ds": "data/tr‸/x" } }', { disk });
    expect(labels).toEqual(['"data/dev.jsonl"', '"data/train-more.jsonl"']);
  });

  it('start where a folder has been typed, in a string that is not closed too', async () => {
    const { labels, accept } = await completing('{ "data": { "test_ds": "data/‸ } }', { disk });
    expect(labels).toEqual(['"data/dev.jsonl"', '"data/train-more.jsonl"']);
    expect(accept('"data/dev.jsonl"')).toBe('{ "data": { "test_ds": "data/dev.jsonl" } }');
  });

  it('to models are the demo ones, folders with a config.json, those in the Hugging Face cache, and some to be fetched', async () => {
    const { labels, item } = await completing('{ "model": "‸" }', { disk: { ...disk, 'config.json': '{}' } });
    const there = ['"demo"', ...DEMO_SIZES.map((size) => `"demo-${size}"`), '"models/gpt2"', '"owner/model"'];
    expect(labels).toEqual([...there, ...SUGGESTED_MODELS.map(({ id }) => `"${id}"`)]);
    expect(item('"owner/model"').detail).toBe('gpt2, 124 million parameters, 548 MB');
    expect(item('"HuggingFaceTB/SmolLM2-135M"').detail).toBe('to be fetched: llama, 135 million parameters, 269 MB');
    expect(item('"meta-llama/Llama-3.2-1B"').detail).toContain('with terms to accept');
  });

  it('to models are, of those to be fetched, the ones that know the language', async () => {
    const { labels } = await completing('{ "model": "‸", "language": "is" }');
    expect(labels).toContain('"AI-Sweden-Models/gpt-sw3-126m"');
    expect(labels).not.toContain('"openai-community/gpt2"');
  });

  it('to prompt tables are the usual name and those that are there, no weights of models', async () => {
    const usual = { 'assistant.prompts.safetensors': '' };
    const { labels, item } = await completing('{ "prompt_table": "‸" }', { disk: { ...disk, ...usual } });
    expect(item('"assistant.prompts.safetensors"').detail).toBe('default');
    expect(labels).toEqual(['"assistant.prompts.safetensors"', '"tables/other.safetensors"']);
  });
});

describe('in a template', () => {
  const withSource = JSON.stringify({ taskname: 'sentiment-task', sentence: 'a', label: 'positiva', source: 'TT' });
  const template = (text: string) =>
    completing(taskFile({ of: `"prompt_template": "${text}"` }), { disk: { 'train.jsonl': withSource } });

  it('fields of the rows are offered, those that it lacks first, with their counts and a sample', async () => {
    const { labels, item, accept } = await template('<|VIRTUAL_PROMPT_0|> {‸ {sentence}:{label}');
    expect(labels).toEqual(['{source}', '{sentence}', '{label}']);
    expect(item('{source}').detail).toBe('1 of 3 rows');
    expect(item('{source}').documentation).toMatchObject({ value: expect.stringContaining('`TT`') });
    expect(accept('{source}')).toContain('<|VIRTUAL_PROMPT_0|> {source} {sentence}:{label}');
  });

  it.each([
    ['behind escapes', '\\u003c|VIRTUAL_PROMPT_0|>\\n{sen‸ {label}', '{sentence}', '|>\\n{sentence} {label}"'],
    ['over a placeholder', '<|VIRTUAL_PROMPT_0|> {se‸nt}:{label}', '{sentence}', '|> {sentence}:{label}"'],
    ['without a brace', '<|VIRTUAL_PROMPT_0|> sen‸ {label}', '{sentence}', '|> {sentence} {label}"'],
    ['with a capital', '<|VIRTUAL_PROMPT_0|> Sen‸ {label}', '{sentence}', '|> {sentence} {label}"'],
    ['between texts', '<|VIRTUAL_PROMPT_0|> a: ‸ {label}', '{sentence}', '|> a: {sentence} {label}"'],
  ])('a field is put in %s', async (_, text, label, expected) =>
    expect((await template(text)).accept(label)).toContain(expected),
  );

  it('nothing is offered in the middle of an escape', async () => {
    expect((await template('<|VIRTUAL_PROMPT_0|>\\u00‸41 {label}')).labels).toEqual([]);
  });

  it('a field is put in the place of a name with vowel signs or joiners', async () => {
    const rows = '{"taskname": "sentiment-task", "वाक्य": "a", "نوشته‌ها": "b", "label": "positiva"}';
    const offered = (of: string) =>
      completing(taskFile({ of: `"prompt_template": "${of}"` }), { disk: { 'train.jsonl': rows } });
    expect((await offered('{व‸ाक्य: {label}')).accept('{वाक्य}')).toContain('"{वाक्य}: {label}"');
    expect((await offered('नाम वाक‸ {label}')).accept('{वाक्य}')).toContain('"नाम {वाक्य} {label}"');
    expect((await offered('{نوش‸ته‌ها: {label}')).accept('{نوشته‌ها}')).toContain('"{نوشته‌ها}: {label}"');
  });

  it('no field is offered whose name no placeholder can have', async () => {
    const rows =
      '{"taskname": "sentiment-task", "text": "a", "a}b": "b", "c\\nd": "c", "<|e": "d", "label": "positiva"}';
    const { labels } = await completing(taskFile({ of: '"prompt_template": "{‸}"' }), {
      disk: { 'train.jsonl': rows, 'validation.jsonl': rows },
    });
    expect(labels).toEqual(['{label}', '{text}']);
  });

  it('a field is put into a string that is not closed', async () => {
    const { accept } = await completing(
      '{ "task_templates": [{ "taskname": "sentiment-task", "prompt_template": "{label} {lab‸\n}] }',
    );
    expect(accept('{label}')).toBe(
      '{ "task_templates": [{ "taskname": "sentiment-task", "prompt_template": "{label} {label}\n}] }',
    );
  });

  it('a word is left alone, unless it begins a field or a marker', async () => {
    expect((await template('<|VIRTUAL_PROMPT_0|> Känslan‸ {label}')).labels).toEqual([]);
    const begun = await template('<|VIRTUAL_PROMPT_0|> s‸ {label}');
    expect(begun.items.map(({ label, filterText }) => [label, filterText])).toEqual([
      ['{sentence}', 'sentence}'],
      ['{source}', 'source}'],
    ]);
    expect((await template('virt‸ {label}')).accept('<|VIRTUAL_PROMPT_0|>')).toContain('"<|VIRTUAL_PROMPT_0|> {label}');
  });

  it('the next marker is offered, whole or begun', async () => {
    const marked = '<|VIRTUAL_PROMPT_0|> {sentence}‸ {label}';
    expect((await template(marked)).accept('<|VIRTUAL_PROMPT_1|>')).toContain('{sentence}<|VIRTUAL_PROMPT_1|> {label}');
    const { item } = await template(marked);
    expect(item('<|VIRTUAL_PROMPT_1|>')).toMatchObject({ detail: 'virtual tokens' });
    expect(item('<|VIRTUAL_PROMPT_1|>').additionalTextEdits).toBeUndefined();
    const begun = await template('<|VIRTUAL_PROMPT_0|> {sentence}<|‸ {label}');
    expect(begun.labels).toEqual(['<|VIRTUAL_PROMPT_1|>']);
    expect(begun.accept('<|VIRTUAL_PROMPT_1|>')).toContain('{sentence}<|VIRTUAL_PROMPT_1|> {label}');
  });

  it('a marker in front of others moves their numbers up', async () => {
    const { item, accept } = await template('‸{sentence}<|VIRTUAL_PROMPT_0|> {label}<|VIRTUAL_PROMPT_1|>');
    expect(item('<|VIRTUAL_PROMPT_0|>').detail).toBe('virtual tokens; the markers behind are renumbered');
    expect(accept('<|VIRTUAL_PROMPT_0|>')).toContain(
      '"<|VIRTUAL_PROMPT_0|>{sentence}<|VIRTUAL_PROMPT_1|> {label}<|VIRTUAL_PROMPT_2|>"',
    );
  });
});

describe('a whole', () => {
  it('task file is offered in an empty document, with the data that lies beside it', async () => {
    const { labels, accept } = await completing('// mine\n‸', { disk: { 'data/test.jsonl': '' } });
    expect(labels).toEqual(['Task file']);
    const written = accept('Task file');
    expect(written).toMatch(/^\/\/ mine\n\{\n\t"model": "demo",/);
    expect(written).toContain('"train_ds": ["train.jsonl"]');
    expect(written).toContain('"test_ds": ["data/test.jsonl"]');
  });

  it('template is offered in the list, for the task that has none', async () => {
    const { labels, accept } = await completing('{ "new_tasks": ["mood-task"], "task_templates": [‸] }', SNIPPETS);
    expect(labels.slice(0, 3)).toEqual([
      'Template for classification',
      'Template for free text',
      'Template with two splits',
    ]);
    expect(accept('Template for classification')).toContain('[{\n\t"taskname": "${1:mood-task}",');
  });

  it('template takes its task, fields and labels from rows that have none', async () => {
    const rows = ['bra', 'dåligt', 'bra', 'bra'].map((betyg, i) =>
      JSON.stringify({ taskname: 'review-task', titel: `nr ${i}`, betyg, text: 'En lång recension av något' }),
    );
    const file = '{ "model": "demo", "data": { "train_ds": "train.jsonl" }, "task_templates": [‸] }';
    const { accept } = await completing(file, { disk: { 'train.jsonl': rows.join('\n') } });
    const written = accept('Template for classification');
    expect(written).toContain('"taskname": "review-task"');
    expect(written).toContain('"prompt_template": "<|VIRTUAL_PROMPT_0|> {text} sentiment: {betyg}"');
    expect(written).toContain('"labels": { "bra": [], "dåligt": [] }');
    expect(accept('Template with two splits')).toContain('{text} <|VIRTUAL_PROMPT_1|> {titel} Answer: {betyg}');
  });

  it('template has each answer of the rows as one label, whatever its blanks, and none for an empty answer', async () => {
    const rows = ['bra', ' bra', '', 'dåligt', 'bra', ' bra', '', 'dåligt', 'bra'].map((label, i) =>
      JSON.stringify({ taskname: 'review-task', text: `recension ${i}`, label }),
    );
    const file = '{ "data": { "train_ds": "train.jsonl" }, "task_templates": [‸] }';
    const { accept } = await completing(file, { disk: { 'train.jsonl': rows.join('\n') } });
    expect(accept('Template for classification')).toContain('"labels": { "bra": [], "dåligt": [] }');
  });

  it('example is offered in the list, without its answer', async () => {
    const { labels, accept } = await completing(taskFile({ file: '"examples": [‸]' }));
    expect(labels).toEqual(['Row of sentiment-task']);
    expect(accept('Row of sentiment-task')).toContain('"examples": [{"taskname": "sentiment-task", "sentence": ""}]');
  });
});

describe('in an example', () => {
  it('its task is offered, then the fields of that task', async () => {
    expect((await completing(taskFile({ file: '"examples": [{ ‸ }]' }))).labels).toEqual([
      'taskname',
      'sentence',
      'label',
    ]);
    const { labels } = await completing(taskFile({ file: '"examples": [{ "taskname": "sentiment-task", "‸" }]' }));
    expect(labels).toEqual(['sentence', 'label']);
    const task = await completing(taskFile({ file: '"examples": [{ "taskname": "‸" }]' }));
    expect(task.labels).toEqual(['"sentiment-task"']);
  });

  it('the answer is one of the labels', async () => {
    const { labels } = await completing(
      taskFile({ file: '"examples": [{ "taskname": "sentiment-task", "label": "‸" }]' }),
    );
    expect(labels).toEqual(['"positiva"', '"negativa"', '"positiv"', '"negativ"']);
  });
});

it('completion waits for no check', async () => {
  const { service } = editor({ readFile: () => new Promise(() => {}) });
  const { text, position } = atCursor(taskFile({ of: '"prompt_template": "{sentence}:{‸{label}"' }));
  service.openDocument(TASK, text);
  const labels = (await service.completions(TASK, position)).map(({ label }) => label);
  expect(labels).toEqual(['{sentence}', '{label}']);
});
