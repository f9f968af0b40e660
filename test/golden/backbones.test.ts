import { describe, it } from 'vitest';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { checkLogitsAndGreedyTokens, checkLossAndGradient, openGolden } from './backbone-checks.ts';
import { goldenBackbones } from './golden.ts';

describe.each(goldenBackbones())('backbone $name', async ({ dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);

  const cases = [
    ...golden.cases.map((goldenCase) => ({ goldenCase, how: 'kept', recompute: false })),
    // Where the virtual tokens stand makes no difference to that.
    { goldenCase: golden.cases.at(-1)!, how: 'computed again', recompute: true },
  ];
  it.each(cases)(
    'loss and gradient with virtual tokens at $goldenCase.at, activations $how',
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
