import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RowStore } from '../../../engine/src/data/row-store.ts';
import { InputError } from '../../../engine/src/errors.ts';
import { planTraining } from '../../../engine/src/train/plan.ts';
import { BOTH_TASKS, type Json, open, trainProject, writeProject } from './small-project.ts';
import { storesSeen } from './stores-seen.ts';

afterEach(() => vi.restoreAllMocks());

const planOf = async (keys: Json = {}, tasks: readonly string[] = []) =>
  planTraining(await open(writeProject(keys)), tasks);

async function refusal(keys: Json, tasks: readonly string[] = []): Promise<string> {
  const error = await planOf(keys, tasks).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
}

describe('a plan', () => {
  it('takes all new tasks, or those that are asked for, each once', async () => {
    expect([...(await planOf(BOTH_TASKS)).tasks.keys()]).toEqual(['mood', 'echo']);
    const one = await planOf(BOTH_TASKS, ['echo', 'echo']);
    expect([...one.tasks.keys()]).toEqual(['echo']);
    expect(one.encoderTasks).toHaveLength(1);
    expect(one.train.size).toBe(5);
  });

  it('counts steps to the last, smaller batch of each epoch', async () => {
    const plan = await planOf(BOTH_TASKS);
    expect([plan.train.size, plan.stepsPerEpoch, plan.totalSteps]).toEqual([15, 4, 8]);
  });

  it('refuses what cannot be trained', async () => {
    expect(await refusal({}, ['nosuch'])).toMatch(/has no task 'nosuch'; it has mood, echo/);
    const longPrompt = { data: { train_ds: ['train.jsonl'], max_seq_length: 7 } };
    await expect(planOf(longPrompt)).rejects.toThrow(/All training rows of "mood" are too long/);
    // Of two tasks, the one with the longer prompt: it would get a prompt that nothing has been learnt for.
    const data = { train_ds: ['train.jsonl', 'echo.jsonl'], max_seq_length: 15 };
    await expect(planOf({ ...BOTH_TASKS, data })).rejects.toThrow(/All training rows of "echo" are too long/);
  });

  it('leaves no data file open where it cannot be made', async () => {
    const stores = storesSeen(RowStore);
    const project = await open(writeProject());
    const { backbone } = project;
    const weights = new Map(
      [...backbone.model.weights].map(([name, weight]) => [name, { ...weight, file: '/gone.safetensors' }]),
    );
    const without = { ...project, backbone: { ...backbone, model: { ...backbone.model, weights } } };
    await expect(planTraining(without, [])).rejects.toThrow(/gone/);
    expect(stores).toEqual({ opened: 2, closed: 2 });
  });

  it('refuses to choose an epoch by right answers where no field is the answer', async () => {
    const task_templates = [{ taskname: 'mood', prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}' }];
    const trainer = { val_metric: 'accuracy' };
    expect(await refusal({ task_templates, trainer })).toMatch(/template of 'mood' has no "answer_field"/);
    expect((await planOf({ task_templates })).train.size).toBe(10);
    const data = { train_ds: ['train.jsonl'] };
    expect((await planOf({ task_templates, trainer, data })).train.size).toBe(10);
  });

  describe('by the F1 of slots or words', () => {
    const refused = (metric: string, answers: readonly string[], keys: Json = {}) => {
      const rows = answers.map((answer, n) => ({ taskname: 'echo', text: `t${n}`, answer }));
      const data = { train_ds: ['train.jsonl', 'echo.jsonl'], validation_ds: ['validation.jsonl', 'answers.jsonl'] };
      const file = writeProject(
        { ...BOTH_TASKS, new_tasks: ['echo'], data, trainer: { val_metric: metric }, ...keys },
        { 'answers.jsonl': rows },
      );
      return open(file)
        .then((project) => planTraining(project, []))
        .then(
          () => undefined,
          (error: Error) => error.message,
        );
    };
    const slots = ['alarm; time: seven', 'music'];
    const words = ['seven o’clock', 'some music'];

    it.each([
      ['slot_f1', slots],
      ['word_f1', words],
    ])('chooses an epoch: %s', async (metric, answers) => expect(await refused(metric, answers)).toBeUndefined());

    it.each([
      ['slot_f1', words, /slot_f1 needs answers that are all intents and slots.* of echo .* word_f1, accuracy, loss$/],
      ['slot_f1', [...slots, 'Hi!'], /slot_f1 needs/],
      ['word_f1', slots, /word_f1 is for free text.* of echo .* slot_f1, accuracy, loss$/],
    ])('refuses other answers: %s of %s', async (metric, answers, message) =>
      expect(await refused(metric, answers)).toMatch(message),
    );

    it('needs it of one of several tasks, and none without validation rows', async () => {
      const both = { new_tasks: ['mood', 'echo'] };
      expect(await refused('slot_f1', slots, both)).toBeUndefined();
      expect(await refused('slot_f1', words, both)).toMatch(/rows of mood, echo .* macro_f1, word_f1, accuracy, loss$/);
      const data = { train_ds: ['train.jsonl', 'echo.jsonl'], validation_ds: ['validation.jsonl'] };
      expect(await refused('slot_f1', words, { data })).toBeUndefined();
    });
  });

  it('refuses to train a task that is to be kept', async () => {
    const file = writeProject();
    await trainProject(file);
    const keys = JSON.parse(readFileSync(file, 'utf8')) as Json;
    const data = { train_ds: ['train.jsonl', 'echo.jsonl'] };
    writeFileSync(file, JSON.stringify({ ...keys, existing_tasks: ['mood'], new_tasks: ['echo'], data }));
    await expect(planTraining(await open(file), ['mood'])).rejects.toThrow(InputError);
  });

  it('starts a prompt from words where it is asked to', async () => {
    const style = { virtual_prompt_style: 'prompt-tuning' };
    const initial = async (methods: string[], texts: (string | null)[]) => {
      const prompt_tuning = { new_prompt_init_methods: methods, new_prompt_init_text: texts };
      return (await planOf({ ...style, prompt_tuning })).encoderTasks[0]!.initial;
    };
    const named = await initial(['text'], ['mood']);
    expect(named).toHaveLength(3 * 16);
    // "ab" is repeated to fill three virtual tokens.
    const repeated = await initial(['text'], ['ab']);
    expect(repeated!.slice(32)).toEqual(repeated!.slice(0, 16));
    expect(repeated!.slice(16, 32)).not.toEqual(repeated!.slice(0, 16));
    expect(await initial(['random'], [null])).toBeUndefined();
  });

  it('starts a prompt from word embeddings as the layers see them, which some models scale', async () => {
    const project = await open(
      writeProject({
        virtual_prompt_style: 'prompt-tuning',
        prompt_tuning: { new_prompt_init_methods: ['text'], new_prompt_init_text: ['ab'] },
      }),
    );
    const { backbone } = project;
    const config = { ...backbone.model.config, embeddingScale: 4 };
    const scaled = { ...project, backbone: { ...backbone, model: { ...backbone.model, config } } };
    const task = async (of: typeof project) => (await planTraining(of, [])).encoderTasks[0]!;
    const [plain, times4] = [await task(project), await task(scaled)];
    expect(times4.initial).toEqual(plain.initial!.map((value) => 4 * value));
    expect(times4.nameEmbeddings).toEqual(plain.nameEmbeddings.map((value) => 4 * value));
  });

  it('has another hash for anything that the result depends on, and the same for the rest', async () => {
    const { hash } = await planOf();
    expect((await planOf()).hash).toBe(hash);
    expect((await planOf({ examples: [{ taskname: 'mood', text: 'up' }] })).hash).toBe(hash);
    const changed: Json[] = [
      { optim: { lr: 0.1 } },
      { p_tuning: { encoder_type: 'lstm' } },
      { data: { train_ds: ['train.jsonl'], validation_ds: [] } },
      { data: { train_ds: ['test.jsonl'], validation_ds: ['validation.jsonl'] } },
      BOTH_TASKS,
    ];
    for (const keys of changed) expect((await planOf(keys)).hash).not.toBe(hash);
  });
});

it('settings that no encoder has are refused before a run is begun', async () => {
  const file = writeProject({ p_tuning: { encoder_type: 'mlp', num_layers: 1 } });
  await expect(trainProject(file)).rejects.toThrow('An "mlp" has 2 layers or more, not 1.');
  expect(existsSync(path.join(path.dirname(file), '.ptask'))).toBe(false);
});
