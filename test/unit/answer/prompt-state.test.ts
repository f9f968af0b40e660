import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { promptOf } from '../../../engine/src/answer/prompt-state.ts';
import { ModelMemo } from '../../../engine/src/model-memo.ts';
import { openForAnswers, type Project, templateOf } from '../../../engine/src/project.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { writeSmallBackbone } from '../train/small-backbone.ts';
import { DATA, type Json, rewriteProject, trainProject, writeProject } from '../train/small-project.ts';

const TEMPLATE: Json = {
  taskname: 'mood',
  prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}',
  total_virtual_tokens: 3,
  answer_field: 'label',
  labels: { good: ['g'], bad: ['b'] },
};

let file: string;
beforeAll(async () => {
  file = writeProject({ task_templates: [TEMPLATE] });
  await trainProject(file);
});

/** The project as it would be with these keys, the prompt table being as it was trained. */
async function projectWith(keys: Json): Promise<Project> {
  const other = writeProject({ task_templates: [TEMPLATE], prompt_table: tableOf(file), ...keys });
  return openForAnswers(other, { models: new ModelMemo() });
}

const tableOf = (taskFile: string) => path.join(path.dirname(taskFile), 'small.prompts.safetensors');

const stateWith = async (template: Json, keys: Json = {}) => {
  const project = await projectWith({ task_templates: [{ ...TEMPLATE, ...template }], ...keys });
  return promptOf(project, templateOf(project, 'mood'));
};

describe('a prompt', () => {
  it('is current with the template and the model that it was trained with', async () => {
    const { state, usable } = await stateWith({});
    expect(state).toMatchObject({
      state: 'current',
      trained: { date: expect.stringMatching(/^20.*Z$/), virtualTokens: 3, trainRows: 10, validationRows: 5 },
    });
    expect(usable!.embeddings).toHaveLength(3 * 16);
  });

  it('stays current where only what counts as an answer has changed, under another key', async () => {
    const before = await stateWith({});
    const { state } = await stateWith({ labels: { good: ['g', 'fine'], bad: ['b'] } });
    expect(state.state).toBe('current');
    expect(state.key).not.toBe(before.state.key);
    expect((await stateWith({})).state.key).toBe(before.state.key);
    expect((await stateWith({}, { data: { ...DATA_KEYS, max_seq_length: 40 } })).state.key).not.toBe(before.state.key);
  });

  it.each<[string, Json]>([
    ['the text', { prompt_template: '<|VIRTUAL_PROMPT_0|> {text} is {label}' }],
    ['the number of its virtual tokens', { total_virtual_tokens: 4 }],
    ['its splits', { prompt_template: '<|VIRTUAL_PROMPT_0|> {text}<|VIRTUAL_PROMPT_1|>: {label}' }],
  ])('is stale with %s of its template changed, and usable with the template as it was', async (_, change) => {
    const { state, usable } = await stateWith(change);
    expect(state).toMatchObject({ state: 'stale', changed: 'template' });
    expect(usable!.template).toMatchObject({ prompt_template: TEMPLATE.prompt_template, virtual_token_splits: [3] });
  });

  it.each<[string, object]>([
    ['weights', { layers: 1 }],
    ['width', { hidden: 32 }],
  ])('is stale, and of no use, with a model of other %s', async (name, sizes) => {
    const model = writeSmallBackbone(path.join(temporary, name), sizes);
    const { state, usable } = await stateWith({}, { model });
    expect(state).toMatchObject({ state: 'stale', changed: 'model' });
    expect(usable).toBeUndefined();
  });

  it('is stale, and of no use, with another tokeniser', async () => {
    const project = await projectWith({});
    const { tokenizer } = project;
    const other = { ...project, tokenizer: { ...tokenizer, hash: 'another' } };
    const { state, usable } = promptOf(other, templateOf(project, 'mood'));
    expect(state).toMatchObject({ state: 'stale', changed: 'tokenizer' });
    expect(usable).toBeUndefined();
  });

  it.each<[string, Json]>([
    ['has no marker', { prompt_template: '{text}: {label}' }],
    ['has more markers than splits', { prompt_template: '<|VIRTUAL_PROMPT_0|>{text}<|VIRTUAL_PROMPT_1|>: {label}' }],
    ['has other virtual tokens than the prompt', { total_virtual_tokens: 4, virtual_token_splits: [4] }],
    ['is nested without end', { labels: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) }],
  ])('is of no use where the template that its record names %s', async (_, recorded) => {
    const project = await projectWith({
      task_templates: [{ ...TEMPLATE, prompt_template: `changed ${TEMPLATE.prompt_template}` }],
    });
    const prompt = project.promptTable.get('mood')!;
    const template = templateOf(project, 'mood');
    expect(promptOf(project, template).usable).toBeDefined();
    const record = { ...prompt.record!, template: { ...(prompt.record!.template as Json), ...recorded } };
    const other = { ...project, promptTable: new Map([['mood', { ...prompt, record }]]) };
    expect(promptOf(other as typeof project, template)).toMatchObject({ state: { state: 'stale' }, usable: undefined });
  });

  it('is stale where its record has splits that are no numbers', async () => {
    const project = await projectWith({});
    const prompt = project.promptTable.get('mood')!;
    const splits = { virtual_token_splits: [{ toString: 1 }] };
    const record = { ...prompt.record!, template: { ...(prompt.record!.template as Json), ...splits } };
    const other = { ...project, promptTable: new Map([['mood', { ...prompt, record }]]) };
    const { state } = promptOf(other as typeof project, templateOf(project, 'mood'));
    expect(state).toMatchObject({ state: 'stale', changed: 'template' });
  });

  it('is untrained where the prompt table has none of its task', async () => {
    const { state, usable } = await stateWith({}, { prompt_table: 'none.safetensors' });
    expect(state).toMatchObject({ state: 'untrained', message: "'mood' has not been trained" });
    expect(usable).toBeUndefined();
  });
});

const temporary = temporaryFolder();
const DATA_KEYS = { train_ds: ['train.jsonl'], validation_ds: ['validation.jsonl'], test_ds: ['test.jsonl'] };

describe('a task file that is to be asked', () => {
  it('may be text in an editor, and its data may be anything', async () => {
    const other = writeProject({}, { ...DATA, 'train.jsonl': [] });
    rewriteProject(other, { new_tasks: ['none'] });
    const text = JSON.stringify({ model: (await projectWith({})).backbone.model.dir, task_templates: [TEMPLATE] });
    const project = await openForAnswers(other, { text, models: new ModelMemo() });
    expect(project.file.new_tasks).toEqual(['mood']);
    await expect(openForAnswers(other, { models: new ModelMemo() })).rejects.toThrow('nothing was run: 1 error');
  });

  it('opens its model once, and again when a file of it has changed', async () => {
    const model = writeSmallBackbone(path.join(temporary, 'memo'));
    const models = new ModelMemo();
    const first = await models.open(model);
    expect(await models.open(model)).toBe(first);
    writeSmallBackbone(model, { layers: 1 });
    expect(await models.open(model)).not.toBe(first);
  });
});
