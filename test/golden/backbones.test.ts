import { afterAll, describe, it } from 'vitest';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { checkLogitsAndGreedyTokens, checkLossAndGradient, openGolden } from './backbone-checks.ts';
import { goldenBackbones } from './golden.ts';

describe.each(goldenBackbones())('backbone $name', async ({ dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  // To load a graph takes longer than to run it.
  const predictor = new Predictor(backbone);
  const steps = {
    kept: new BackboneStep(backbone, { recompute: false }),
    'computed again': new BackboneStep(backbone, { recompute: true }),
  };
  afterAll(async () => {
    for (const one of [predictor, ...Object.values(steps)]) await one.release();
  });

  const cases = [
    ...golden.cases.map((goldenCase) => ({ goldenCase, activations: 'kept' as const })),
    // Where the virtual tokens stand makes no difference to that.
    { goldenCase: golden.cases.at(-1)!, activations: 'computed again' as const },
  ];
  it.each(cases)(
    'loss and gradient with virtual tokens at $goldenCase.at, activations $activations',
    ({ goldenCase, activations }) => checkLossAndGradient(steps[activations], golden, goldenCase),
  );

  it.each(golden.cases)('logits and greedy tokens with virtual tokens at $at', (goldenCase) =>
    checkLogitsAndGreedyTokens(predictor, golden, goldenCase),
  );
});
