import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLossesOfTraining, goldenMachinery } from './branch-losses.ts';

/** A Mistral in which a token sees 4 tokens. */
const WINDOW = 4;
const machinery = await goldenMachinery('mistral-tied-window');
const { backbone, predictor, virtual, tokens } = machinery;

it('branches behind any cached prefix have the loss that training gives them, though the window ends among them', async () => {
  const prompts = tokens(2, 9).map((ids) => Int32Array.of(ids[0]!, -1, -2, ...ids.slice(1)));
  const branches = fc.array(tokens(1, 6), { minLength: 1, maxLength: 3 });
  await expectLossesOfTraining(machinery, prompts, branches);
});

it('a token does not depend on what lies outside the windows of all layers', async () => {
  const { layers } = backbone.model.config;
  const reach = layers * (WINDOW - 1);
  const row = Int32Array.from({ length: reach + 2 }, (_, i) => 3 + i);
  const logits = async (ids: Int32Array) => {
    const prefix = await predictor.cachePrefix(ids.slice(0, 5), virtual);
    return (await predictor.logits(prefix, [{ ids: ids.slice(5), position: 5, branches: [] }]))[0]!;
  };
  const usual = await logits(row);
  expect(await logits(row.with(0, 50))).toEqual(usual);
  expect(await logits(row.with(1, 50))).not.toEqual(usual);
});
