import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { RowTokeniser } from '../../../engine/src/data/tokenise.ts';
import { MAX_NEW_TOKENS } from '../../../engine/src/predict/greedy-decoding.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { TaskPredictor } from '../../../engine/src/predict/task-predictor.ts';
import { BackboneStep } from '../../../engine/src/train/backbone-step.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { dataSettings, smallTokenizer, template } from '../data/small-tokeniser.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { openBackbone, SMALL, someVirtual, writeSmallBackbone } from '../train/small-backbone.ts';

const backbone = await openBackbone(writeSmallBackbone(join(temporaryFolder(), 'model')));
const predictor = new Predictor(backbone);
const step = new BackboneStep(backbone);
const tokenizer = smallTokenizer();
const virtual = someVirtual(3, SMALL.hidden);
afterAll(async () => {
  await predictor.release();
  await step.release();
});

const labels = { yes: ['y'], no: ['n'], 'he knows': [] };

async function create(of: Partial<TaskTemplate> = {}) {
  const rows = new RowTokeniser(template(of), dataSettings(), tokenizer, [], SMALL.positions);
  return { rows, task: await TaskPredictor.create(predictor, rows, tokenizer, virtual) };
}

/** Of the row's own answer, by the training graph. */
async function logProbability(rows: RowTokeniser, row: Record<string, string>): Promise<number> {
  const batch = [{ taskname: 'mood', row: rows.row(row)! }];
  const { loss, targets } = await step.loss(batch, new Map([['mood', virtual]]));
  return -loss * targets;
}

const templates: [string, Partial<TaskTemplate>][] = [
  ['in front', {}],
  [
    'in front and behind',
    {
      prompt_template: '<|VIRTUAL_PROMPT_0|>{text}<|VIRTUAL_PROMPT_1|>{label}',
      virtual_token_splits: [1, 2],
    },
  ],
  ['behind the field', { prompt_template: '{text}<|VIRTUAL_PROMPT_0|> {label}' }],
  ['all there is in front of the answer', { prompt_template: '<|VIRTUAL_PROMPT_0|>{label}' }],
  ['all there is, with a space', { prompt_template: '<|VIRTUAL_PROMPT_0|> {label}' }],
  ['behind text alone', { prompt_template: 'Is it?<|VIRTUAL_PROMPT_0|>{label}' }],
];

describe.each(templates)('a template with its virtual tokens %s', (_, of) => {
  const inputs = [{ text: 'hello' }, { text: '' }, { text: 'h' }];

  it('scores each label as training would', async () => {
    const { rows, task } = await create({ ...of, labels });
    const predictions = await task.predict(inputs);
    for (const [n, input] of inputs.entries()) {
      const scores: [string, number][] = [];
      for (const label of Object.keys(labels)) scores.push([label, await logProbability(rows, { ...input, label })]);
      const total = Math.log(scores.reduce((sum, [, score]) => sum + Math.exp(score), 0));
      const { text, candidates, cut } = predictions[n]!;
      expect(cut).toBe(false);
      expect(candidates!.map((candidate) => candidate.text).sort()).toEqual(Object.keys(labels).sort());
      expect(candidates![0]!.text).toBe(text);
      expect(candidates!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
      for (const { text: label, probability } of candidates!) {
        expect(Math.log(probability)).toBeCloseTo(scores.find(([name]) => name === label)![1] - total, 4);
      }
      const falling = candidates!.map(({ probability }) => probability);
      expect(falling).toEqual(falling.toSorted((a, b) => b - a));
    }
  });

  it('finds the row’s own answer as probable as training does', async () => {
    const { rows, task } = await create(of);
    const answered = inputs.map((input, n) => ({ ...input, label: ['yes', 'he', 'a longer one'][n]! }));
    const found = await task.logLikelihoods(answered);
    for (const [n, row] of answered.entries()) {
      expect(found[n]).toBeCloseTo(await logProbability(rows, row), 4);
    }
  });

  it('writes text, however the rows are batched', async () => {
    const { task } = await create(of);
    const together = await task.predict(inputs);
    for (const [n, input] of inputs.entries()) {
      expect(together[n]).toEqual((await task.predict([input]))[0]);
      expect(together[n]!.candidates).toBeUndefined();
      // Of these random weights none chooses the end token.
      expect(together[n]!.cut).toBe(true);
      expect(together[n]!.text.length).toBeLessThanOrEqual(MAX_NEW_TOKENS * 2);
    }
  });
});

describe('rows that are too long', () => {
  const long = { text: 'x'.repeat(SMALL.positions), label: 'yes' };
  const short = { text: 'x', label: 'yes' };

  it('have no prediction, in their own place', async () => {
    const { task } = await create({ labels });
    const found = await task.predict([long, short, long, short]);
    expect(found.map((prediction) => prediction === undefined)).toEqual([true, false, true, false]);
    expect(found[1]).toEqual(found[3]);
    const likelihoods = await task.logLikelihoods([short, long]);
    expect(likelihoods.map((likelihood) => likelihood === undefined)).toEqual([false, true]);
  });

  it('have one where a field may be truncated, with room for the longest label', async () => {
    const { task } = await create({ labels, truncate_field: 'text' });
    const [truncated] = await task.predict([long]);
    expect(truncated!.candidates).toHaveLength(3);
    // " {text}: he knows" and the end token; "he" is one token.
    const room = SMALL.positions - 3 - ' : he knows'.length + 1 - 1;
    const [shorter] = await task.predict([{ text: 'x'.repeat(room) }]);
    const [tooShort] = await task.predict([{ text: 'x'.repeat(room - 1) }]);
    expect(truncated).toEqual(shorter);
    expect(truncated).not.toEqual(tooShort);
  });

  it('are cut so that a whole answer can be written', async () => {
    const positions = 128;
    const roomy = new Predictor(
      await openBackbone(writeSmallBackbone(join(temporaryFolder(), 'model'), { positions })),
    );
    const rows = new RowTokeniser(template({ truncate_field: 'text' }), dataSettings(), tokenizer, [], positions);
    const task = await TaskPredictor.create(roomy, rows, tokenizer, virtual);
    const room = positions - 3 - ' :'.length - MAX_NEW_TOKENS;
    const [cut, whole] = await task.predict([{ text: 'x'.repeat(positions) }, { text: 'x'.repeat(room) }]);
    expect(cut).toEqual(whole);
    await roomy.release();
  });

  it('leave room for at least one new token where text is written', async () => {
    const { task } = await create({ truncate_field: 'text' });
    const [prediction] = await task.predict([long]);
    expect(prediction!.text.length).toBeLessThanOrEqual(1);
    const fits = SMALL.positions - 3 - ' :'.length - 1;
    const { task: whole } = await create();
    const found = await whole.predict([{ text: 'x'.repeat(fits) }, { text: 'x'.repeat(fits + 1) }]);
    expect(found.map((each) => each !== undefined)).toEqual([true, false]);
  });
});

it('an answer that the backbone has no room for behind its row has no likelihood', async () => {
  const { task } = await create();
  const room = SMALL.positions - 3 - ' :'.length;
  // The answer is a blank, four letters and the end token.
  const found = await task.logLikelihoods([
    { text: 'x'.repeat(room - 6), label: 'abcd' },
    { text: 'x'.repeat(room - 5), label: 'abcd' },
  ]);
  expect(found).toEqual([expect.any(Number), undefined]);
});

it('what all prompts begin with is computed once, and without its last token only for a prompt that has no other', async () => {
  const cached = vi.spyOn(predictor, 'cachePrefix');
  const lengths = () => cached.mock.calls.map(([ids]) => ids.length);
  const { task } = await create({ labels });
  await task.predict([{ text: 'hello' }, { text: '' }]);
  expect(lengths()).toEqual([3]);
  const { task: bare } = await create({ labels, prompt_template: '<|VIRTUAL_PROMPT_0|>{label}' });
  await bare.predict([{}, {}]);
  await bare.predict([{}]);
  expect(lengths()).toEqual([3, 3, 2]);
  cached.mockRestore();
});

it('the frozen model alone predicts without virtual tokens', async () => {
  const of = { prompt_template: '{text}: {label}', virtual_token_splits: [], total_virtual_tokens: 0, labels };
  const rows = new RowTokeniser(template(of), dataSettings(), tokenizer, [], SMALL.positions);
  const task = await TaskPredictor.create(predictor, rows, tokenizer, new Float32Array(0));
  const [prediction] = await task.predict([{ text: 'hello' }]);
  expect(prediction!.candidates!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
});
