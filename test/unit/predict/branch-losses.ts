import fc from 'fast-check';
import { expect } from 'vitest';
import type { Predictor } from '../../../engine/src/predict/predictor.ts';
import type { BackboneStep } from '../../../engine/src/train/backbone-step.ts';

interface Machinery {
  readonly predictor: Predictor;
  readonly step: BackboneStep;
  /** Virtual embeddings [virtual tokens, hidden]. */
  readonly virtual: Float32Array;
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
