import { describe, expect, it } from 'vitest';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { lossAndGradient, openGolden } from './backbone-checks.ts';
import { goldenBackbones } from './golden.ts';

/**
 * What 8 bits may change: the loss by five hundredths, and the gradient by a fifth of its length. These models are narrow and of
 * random weights, so that less of the rounding cancels out than in real ones; what is wrong is wrong by more.
 */
const TOLERANCE = { loss: 0.05, gradient: 0.2 };

describe.each(goldenBackbones())('backbone $name in 8-bit products', async ({ dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);

  // In front, and in the middle of rows: the two graphs that there are.
  it.each(golden.cases.slice(0, 2))('loss and gradient with virtual tokens at $at', async (goldenCase) => {
    const step = new BackboneStep(backbone, { precision: 'int8' });
    const { loss, gradient } = await lossAndGradient(step, golden, goldenCase);
    await step.release();
    expect(Math.abs(loss - goldenCase.loss)).toBeLessThan(TOLERANCE.loss);
    const expected = goldenCase.d_virtual.flat();
    const apart = length(expected.map((value, i) => value - gradient[i]!));
    expect(apart / length(expected)).toBeLessThan(TOLERANCE.gradient);
  });
});

function length(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
