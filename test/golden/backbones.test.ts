import { describe, expect, it } from 'vitest';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { checkLogitsAndGreedyTokens, checkLossAndGradient, openGolden } from './backbone-checks.ts';
import { goldenBackbones } from './golden.ts';

describe.each(goldenBackbones())('backbone $name', async ({ dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') {
    it('is not supported yet, which is said with its type and what is supported', () => {
      expect(backbone).toMatch(/is of type '\w+'; supported: gpt2/);
    });
    return;
  }

  const cases = golden.cases.flatMap((goldenCase) => [
    { goldenCase, at: goldenCase.at, how: 'kept', recompute: false },
    { goldenCase, at: goldenCase.at, how: 'computed again', recompute: true },
  ]);
  it.each(cases)(
    'loss and gradient with virtual tokens at $at, activations $how',
    async ({ goldenCase, recompute }) => {
      const step = new BackboneStep(backbone, { recompute });
      await checkLossAndGradient(step, golden, goldenCase);
      await step.release();
    },
  );

  it.each(golden.cases)('logits and greedy tokens with virtual tokens at $at', async (goldenCase) => {
    const predictor = new Predictor(backbone);
    await checkLogitsAndGreedyTokens(predictor, golden, goldenCase);
    await predictor.release();
  });
});
