import { afterAll, describe, it } from 'vitest';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { checkLogitsAndGreedyTokens, checkLossAndGradient, openGolden } from '../golden/backbone-checks.ts';
import { goldenBackbones } from '../golden/golden.ts';
import { checkTrajectory } from '../golden/trajectory.ts';

/*
 * What PyTorch and PEFT compute, on WebGPU, to the same tolerance as on the CPU. One architecture of each kind: learnt
 * positions and layer norms; rotary positions, grouped heads and root-mean-square norms.
 */
const KINDS = ['gpt2', 'llama'];
const provider = 'webgpu';

// Compiled shaders go with the last session, and take most of the time here: all sessions stay until the end.
const kept: { release(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of kept) await one.release();
});

describe.each(goldenBackbones().filter(({ name }) => KINDS.includes(name)))('$name', async ({ dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  const step = new BackboneStep(backbone, { provider });
  const predictor = new Predictor(backbone, { provider });
  kept.push(step, predictor);

  it.each(golden.cases)('loss and gradient with virtual tokens at $at', (goldenCase) =>
    checkLossAndGradient(step, golden, goldenCase),
  );

  it.each(golden.cases)('logits and greedy tokens with virtual tokens at $at', (goldenCase) =>
    checkLogitsAndGreedyTokens(predictor, golden, goldenCase),
  );
});

it("twenty steps of AdamW follow PEFT's losses to PEFT's prompt", () => checkTrajectory({ provider }));
