import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { promptOf } from '../../../engine/src/answer/prompt-state.ts';
import { RowStore } from '../../../engine/src/data/row-store.ts';
import { rowsOfTask } from '../../../engine/src/evaluate/evaluate-rows.ts';
import { runBaseline } from '../../../engine/src/evaluate/run-baseline.ts';
import { ModelMemo } from '../../../engine/src/model-memo.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { TaskPredictor } from '../../../engine/src/predict/task-predictor.ts';
import { dataPaths, openForAnswers, openProject, rowTokeniser, templateOf } from '../../../engine/src/project.ts';
import { updatePromptTable } from '../../../engine/src/prompt/prompt-table.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { someVirtual, writeSmallBackbone } from './small-backbone.ts';
import { type Json, open, rewriteProject, trainProject, writeProject } from './small-project.ts';

const START = 257;
const END = 256;
const model = writeSmallBackbone(path.join(temporaryFolder(), 'model'));
const template =
  "{{ bos_token }}{% for m in messages %}{{ 'U ' if m.role == 'user' else 'A ' }}{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}{{ 'A ' }}{% endif %}";
writeFileSync(
  path.join(model, 'tokenizer_config.json'),
  JSON.stringify({ bos_token: '<|start|>', eos_token: '<|end|>', chat_template: template }),
);

const mood: Json = {
  taskname: 'mood',
  prompt_template: '<|VIRTUAL_PROMPT_0|> {text}? {label}',
  total_virtual_tokens: 3,
  answer_only_loss: true,
  answer_field: 'label',
  labels: { good: ['g'], bad: ['b'] },
  chat: true,
};

const bytes = (text: string) => [...new TextEncoder().encode(text)];

it('a task is trained and asked in the chat of its model', async () => {
  const file = writeProject({ model, task_templates: [mood] });
  const { events } = await trainProject(file);
  expect(events.at(-1)).toMatchObject({ event: 'done' });
  const project = await open(file);
  const tokeniser = rowTokeniser(project, templateOf(project, 'mood'));
  const prompt = [START, ...bytes('U '), -1, -2, -3, ...bytes(' up?'), END, ...bytes('A ')];
  const text = (ids: Int32Array) => project.tokenizer.decode([...ids]);
  const row = tokeniser.row({ text: 'up', label: 'bad' })!;
  expect(row.ids).toHaveLength(prompt.length + 4);
  expect([row.ids[0], row.ids.indexOf(-1), row.ids.indexOf(END)]).toEqual([START, 3, 10]);
  expect(text(row.ids.subarray(row.firstTarget))).toBe('bad');
  expect(row.ids.at(-1)).toBe(END);
  // A prompt that was trained in a chat is not used outside of one.
  rewriteProject(file, { model, task_templates: [{ ...mood, chat: false }] });
  const outside = rowTokeniser(await open(file), { ...templateOf(project, 'mood'), chat: false });
  expect(outside.row({ text: 'up', label: 'bad' })!.ids).not.toEqual(row.ids);
});

it('a prompt is stale where the chat template of its model is another one than it was trained in', async () => {
  const other = writeSmallBackbone(path.join(temporaryFolder(), 'other'));
  const say = (chat_template: string) =>
    writeFileSync(
      path.join(other, 'tokenizer_config.json'),
      JSON.stringify({ bos_token: '<|start|>', eos_token: '<|end|>', chat_template }),
    );
  say(template);
  const file = writeProject({ model: other, task_templates: [mood] });
  await trainProject(file);
  const seen = async () => {
    const project = await openForAnswers(file, { models: new ModelMemo() });
    const { state, usable } = promptOf(project, templateOf(project, 'mood'));
    const { problems } = await openProject(file);
    return {
      state: state.state,
      usable: usable !== undefined,
      problems: problems.map(({ message }) => message),
      full: state,
    };
  };
  expect(await seen()).toMatchObject({ state: 'current', usable: true, problems: [] });
  // Says the same of an exchange.
  say(`{# for no tools #}${template}`);
  expect(await seen()).toMatchObject({ state: 'current', usable: true, problems: [] });

  say(`Be brief. ${template}`);
  expect(await seen()).toMatchObject({
    state: 'stale',
    usable: false,
    full: { changed: 'chat-template', message: expect.stringMatching(/^the model's chat template has changed/) },
    problems: [expect.stringContaining('was trained with another chat template of the model')],
  });
  // Nor with the template that it was trained with, were that another one.
  rewriteProject(file, {
    model: other,
    task_templates: [{ ...mood, prompt_template: '<|VIRTUAL_PROMPT_0|> {text} {label}' }],
  });
  expect(await seen()).toMatchObject({ state: 'stale', usable: false });

  // A prompt table from before that was recorded stays good.
  rewriteProject(file, { model: other, task_templates: [mood] });
  const project = await openForAnswers(file, { models: new ModelMemo() });
  const { record, ...prompt } = project.promptTable.get('mood')!;
  const { chat_template, ...old } = record!;
  expect(chat_template).toMatch(/^[\da-f]{32}$/);
  await updatePromptTable(project.promptTablePath, new Map([['mood', { ...prompt, record: old }]]), new Date(0));
  expect(await seen()).toMatchObject({ state: 'current', usable: true, problems: [] });
});

it('a run is not resumed where the chat template of its model has changed', async () => {
  const other = writeSmallBackbone(path.join(temporaryFolder(), 'changing'));
  const settings = path.join(other, 'tokenizer_config.json');
  const tokens = { bos_token: '<|start|>', eos_token: '<|end|>' };
  writeFileSync(settings, JSON.stringify({ ...tokens, chat_template: template }));
  const file = writeProject({ model: other, task_templates: [mood] });
  const stopped = await trainProject(file, { stopAfter: 1 });
  expect(stopped.events.at(-1)).toMatchObject({ event: 'stopped' });
  writeFileSync(settings, JSON.stringify({ ...tokens, chat_template: `Be brief. ${template}` }));
  await expect(trainProject(file, { resume: true })).rejects.toThrow(/cannot be resumed: .* model have changed/);
});

it('the frozen model is shown examples as exchanges of one conversation', async () => {
  const project = await open(writeProject({ model, task_templates: [mood] }));
  const task = templateOf(project, 'mood');
  const tokeniser = rowTokeniser(project, task);
  const rowsOf = async (name: string) => {
    const store = await RowStore.open(dataPaths(project, [name]), ['mood'], (row) => tokeniser.row(row));
    return { store, numbers: rowsOfTask(store, 'mood') };
  };
  const [train, evaluated] = [await rowsOf('train.jsonl'), await rowsOf('test.jsonl')];
  const predictor = new Predictor(project.backbone);
  const cached = vi.spyOn(predictor, 'cachePrefix');
  const seen: number[][] = [];
  vi.spyOn(predictor, 'score').mockImplementation(async (_, rows) => {
    const [leading] = cached.mock.calls[0]!;
    seen.push(...rows.map(({ ids, position }) => [...leading.subarray(0, position), ...ids]));
    return rows.map(({ branches }) => branches.map((branch) => new Float32Array(branch.length)));
  });
  const { shots } = await runBaseline(project, predictor, task, 'few', { train, evaluated });
  expect(shots).toBeGreaterThan(1);
  // One start, and two ends for each example, and one for the question.
  const counts = (id: number) => new Set(seen.map((ids) => ids.filter((other) => other === id).length));
  expect(counts(START)).toEqual(new Set([1]));
  expect(counts(END)).toEqual(new Set([2 * shots + 1]));
  await predictor.release();
  for (const { store } of [train, evaluated]) store.close();
});

it('text is generated up to the end of the turn', async () => {
  const project = await open(writeProject({ model, task_templates: [{ ...mood, labels: null }] }));
  const task = templateOf(project, 'mood');
  const predictor = new Predictor(project.backbone);
  const generate = vi.spyOn(predictor, 'generate');
  const virtual = someVirtual(3, project.backbone.model.config.hidden);
  const asked = await TaskPredictor.create(predictor, rowTokeniser(project, task), project.tokenizer, virtual);
  expect(await asked.predict([{ text: 'up' }])).toHaveLength(1);
  expect(generate.mock.calls[0]![2]).toBe(END);
  await predictor.release();
});
