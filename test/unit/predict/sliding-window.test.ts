import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { BackboneStep } from '../../../engine/src/train/backbone-step.ts';
import { openBackbone, someVirtual } from '../train/small-backbone.ts';

/** A Mistral in which a token sees 4 tokens. */
const WINDOW = 4;
const backbone = await openBackbone(path.join(import.meta.dirname, '../../golden/backbones/mistral-tied-window'));
const { hidden, vocabSize } = backbone.model.config;
const predictor = new Predictor(backbone);
const step = new BackboneStep(backbone);
afterAll(async () => {
  await predictor.release();
  await step.release();
});

const virtual = someVirtual(2, hidden);
const token = fc.nat(vocabSize - 1);
const tokens = (minLength: number, maxLength: number) =>
  fc.array(token, { minLength, maxLength }).map((ids) => Int32Array.from(ids));

it('branches behind any cached prefix have the loss that training gives them, though the window ends among them', async () => {
  const anyCase = fc.record({
    prompt: tokens(2, 9).map((ids) => Int32Array.of(ids[0]!, -1, -2, ...ids.slice(1))),
    branches: fc.array(tokens(1, 6), { minLength: 1, maxLength: 3 }),
    cut: fc.nat(20),
  });
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ prompt, branches, cut }) => {
      const shared = cut % prompt.length;
      const prefix = await predictor.cachePrefix(prompt.slice(0, shared), virtual);
      const row = { ids: prompt.slice(shared), position: shared, branches };
      const [scores] = await predictor.score(prefix, [row]);
      for (const [n, branch] of branches.entries()) {
        const whole = { ids: Int32Array.from([...prompt, ...branch]), firstTarget: prompt.length };
        const { loss } = await step.loss([{ taskname: 'task', row: whole }], new Map([['task', virtual]]));
        const mean = scores![n]!.reduce((sum, value) => sum + value, 0) / branch.length;
        expect(Math.abs(loss + mean)).toBeLessThan(1e-5);
      }
    }),
    { numRuns: 20 },
  );
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
