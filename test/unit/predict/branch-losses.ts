import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { BackboneStep } from '../../../engine/src/train/backbone-step.ts';
import { openBackbone, someVirtual } from '../train/small-backbone.ts';

interface Machinery {
  readonly predictor: Predictor;
  readonly step: BackboneStep;
  /** Virtual embeddings [virtual tokens, hidden]. */
  readonly virtual: Float32Array;
}

/** A golden backbone that trains and predicts until the file's tests are over, with two virtual tokens, and any tokens of its vocabulary. */
export async function goldenMachinery(name: string) {
  const backbone = await openBackbone(path.join(import.meta.dirname, '../../golden/backbones', name));
  const { hidden, vocabSize } = backbone.model.config;
  const predictor = new Predictor(backbone);
  const step = new BackboneStep(backbone);
  afterAll(async () => {
    await predictor.release();
    await step.release();
  });
  const token = fc.nat(vocabSize - 1);
  const tokens = (minLength: number, maxLength: number) =>
    fc.array(token, { minLength, maxLength }).map((ids) => Int32Array.from(ids));
  return { backbone, predictor, step, virtual: someVirtual(2, hidden), token, tokens };
}

/** Cross-entropy that training gives an answer behind a prompt. */
async function lossOf({ step, virtual }: Machinery, prompt: Int32Array, answer: Int32Array): Promise<number> {
  const row = { ids: Int32Array.of(...prompt, ...answer), firstTarget: prompt.length };
  return (await step.loss([{ taskname: 'task', row }], new Map([['task', virtual]]))).loss;
}

/** Checks that branches behind any prefix of a prompt have the loss that training gives them. */
export async function expectLossesOfTraining(
  machinery: Machinery,
  anyPrompt: fc.Arbitrary<Int32Array>,
  anyBranches: fc.Arbitrary<Int32Array[]>,
): Promise<void> {
  const { predictor, virtual } = machinery;
  await fc.assert(
    fc.asyncProperty(anyPrompt, anyBranches, fc.nat(20), async (prompt, branches, cut) => {
      const shared = cut % prompt.length;
      const prefix = await predictor.cachePrefix(prompt.slice(0, shared), virtual);
      const row = { ids: prompt.slice(shared), position: shared, branches };
      const [scores] = await predictor.score(prefix, [row]);
      for (const [n, branch] of branches.entries()) {
        const mean = scores![n]!.reduce((sum, value) => sum + value, 0) / branch.length;
        expect(Math.abs((await lossOf(machinery, prompt, branch)) + mean)).toBeLessThan(1e-5);
      }
    }),
    { numRuns: 20 },
  );
}
