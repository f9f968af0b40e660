import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { checkLogitsAndGreedyTokens, checkLossAndGradient, openGolden } from '../golden/backbone-checks.ts';
import { backbonesOfEachForm, goldenBackbones } from '../golden/golden.ts';
import { checkTrajectory } from '../golden/trajectory.ts';
import { checkPlacements } from './placements.ts';

/*
 * What PyTorch and PEFT compute, on WebGPU, to the same tolerance as on the CPU. Every architecture in every form that has golden
 * numbers; two of them with virtual tokens in every place and prefixes of all lengths, the others where virtual tokens stand among a
 * row's own, and half of a prompt is a prefix, so that there are virtual tokens in it and behind it.
 */
const IN_EVERY_PLACE = ['gpt2', 'llama'];
const provider = 'webgpu';

// Compiled shaders go with the last session, and take most of the time here: all sessions stay until the end.
const kept: { release(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of kept) await one.release();
});

describe.each(goldenBackbones())('$name', async ({ name, dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  const step = new BackboneStep(backbone, { provider });
  const predictor = new Predictor(backbone, { provider });
  kept.push(step, predictor);
  const everywhere = IN_EVERY_PLACE.includes(name);
  const cases = everywhere ? golden.cases : golden.cases.slice(-1);
  const sharedOf = everywhere ? undefined : (tokens: number) => [tokens >> 1];

  it.each(cases)('loss and gradient with virtual tokens at $at', (goldenCase) =>
    checkLossAndGradient(step, golden, goldenCase),
  );

  it.each(cases)('logits and greedy tokens with virtual tokens at $at', (goldenCase) =>
    checkLogitsAndGreedyTokens(predictor, golden, goldenCase, sharedOf),
  );
});

// Here, where its shaders are compiled already.
it.each(backbonesOfEachForm())('a step of $name never leaves the device', async ({ dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  const folder = mkdtempSync(path.join(tmpdir(), 'ptask-placements-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  kept.push(await checkPlacements(backbone, golden, folder));
});

it("twenty steps of AdamW follow PEFT's losses to PEFT's prompt", () => checkTrajectory({ provider }));

it('half precision is computed where the device has it, and refused in words where not', async () => {
  const { dir, golden } = goldenBackbones().find(({ name }) => name === 'gpt2')!;
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);
  const step = new BackboneStep(backbone, { provider, precision: 'float16' });
  kept.push(step);
  const tolerance = { loss: 1e-2, gradient: 5e-2 };
  await checkLossAndGradient(step, golden, golden.cases[0]!, tolerance).catch((error: Error) => {
    expect(error.message).toBe(
      '"trainer.precision": webgpu does not compute in float16 on this machine; choose float32',
    );
  });
});
