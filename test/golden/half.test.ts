import { describe, expect, it } from 'vitest';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { checkLossAndGradient, openGolden } from './backbone-checks.ts';
import { goldenBackbones } from './golden.ts';
import { checkTrajectory } from './trajectory.ts';

/*
 * Matrix products in half precision, as the CPU emulates them: operands and results are rounded to eleven bits. A few hundred
 * roundings follow one another, so that a gradient is right to two digits, and a loss of about 5 to three or four.
 */
const LOSSES: Readonly<Record<string, number>> = {
  ...{ gpt2: 1e-3, llama: 1e-3, gpt_neox: 1e-3, bloom: 1e-3, xglm: 1e-3, cohere: 1e-3 },
  ...{ apertus: 5e-3, olmo2: 5e-3, gptj: 5e-3 },
};

describe.each(goldenBackbones().filter(({ name }) => name in LOSSES))('$name in half precision', async (of) => {
  const backbone = await openGolden(of.dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  it.each(of.golden.cases)('loss and gradient with virtual tokens at $at', async (goldenCase) => {
    const step = new BackboneStep(backbone, { precision: 'float16' });
    await checkLossAndGradient(step, of.golden, goldenCase, { loss: LOSSES[of.name]!, gradient: 2e-2 });
    // That it is not float32 after all.
    await expect(checkLossAndGradient(step, of.golden, goldenCase)).rejects.toThrow();
    await step.release();
  });
});

it("twenty steps of AdamW in half precision follow PEFT's losses", () =>
  checkTrajectory({ precision: 'float16' }, { loss: 1e-2, prompt: 5e-2 }));
