import { describe, expect, it } from 'vitest';
import { weightsHeld } from '../../engine/src/runtime/held-weights.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { lossAndGradient, openGolden } from './backbone-checks.ts';
import { backbonesOfEachForm, goldenBackbones, relativeError } from './golden.ts';

/**
 * What 8 bits may change: the loss by five hundredths, and the gradient by a fifth of its length. These models are narrow and of
 * random weights, so that less of the rounding cancels out than in real ones; what is wrong is wrong by more.
 */
const TOLERANCE = { loss: 0.05, gradient: 0.2 };

describe.each(backbonesOfEachForm())('backbone $name in 8-bit products', async ({ dir, golden }) => {
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

// Weights stored as [in, out] and the head tied; as [out, in] and the head of its own.
const layouts = goldenBackbones().filter(({ name }) => ['gpt2', 'llama'].includes(name));
it.each(layouts)(
  'integers made beforehand give the same, and the two graphs share them: $name',
  async ({ dir, golden }) => {
    const backbone = await openGolden(dir);
    if (typeof backbone === 'string') throw new Error(backbone);
    const [made, loaded] = [false, true].map((prepack) => new BackboneStep(backbone, { precision: 'int8', prepack }));
    const held: number[] = [];
    for (const goldenCase of golden.cases.slice(0, 2)) {
      const found = await lossAndGradient(made!, golden, goldenCase);
      const expected = await lossAndGradient(loaded!, golden, goldenCase);
      expect(relativeError([found.loss], [expected.loss])).toBeLessThan(1e-6);
      expect(relativeError(found.gradient, [...expected.gradient])).toBeLessThan(1e-5);
      held.push(weightsHeld().tensors);
    }
    await Promise.all([made!.release(), loaded!.release()]);
    expect(held[0]).toBeGreaterThan(8);
    expect(held[1]).toBe(held[0]);
    expect(weightsHeld().tensors).toBe(0);
  },
);

it('integers that two steps make at the same time are made once, and stay until both are released', async () => {
  const { dir, golden } = layouts[0]!;
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  const steps = [1, 2].map(() => new BackboneStep(backbone, { precision: 'int8', prepack: false }));
  await lossAndGradient(steps[0]!, golden, golden.cases[0]!);
  const alone = weightsHeld();
  await steps[0]!.release();
  await Promise.all(steps.map((step) => lossAndGradient(step, golden, golden.cases[0]!)));
  expect(weightsHeld()).toEqual(alone);
  await steps[0]!.release();
  expect(weightsHeld()).toEqual(alone);
  await steps[1]!.release();
  expect(weightsHeld().tensors).toBe(0);
});

function length(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
