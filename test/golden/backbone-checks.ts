import { expect } from 'vitest';
import { type Backbone, backboneOf } from '../../engine/src/backbone/backbone.ts';
import type { Predictor } from '../../engine/src/predict/predictor.ts';
import type { BackboneStep, TaskRow } from '../../engine/src/train/backbone-step.ts';
import { openModelFolder } from '../../model/src/model-folder.ts';
import { type BackboneCase, type BackboneGolden, relativeError, rowWithVirtualTokens } from './golden.ts';

/** What any provider must compute of a golden backbone in float32, to this error of the largest entry. */
const TOLERANCE = 1e-5;

/** The backbone in a folder, or what is wrong with it. */
export async function openGolden(dir: string): Promise<Backbone | string> {
  const opened = await openModelFolder(dir, { tokenizer: 'optional' });
  return opened.kind === 'ok' ? backboneOf(opened.model) : opened.problem;
}

/** A step on the rows of a golden case. */
export async function lossAndGradient(
  step: BackboneStep,
  golden: BackboneGolden,
  goldenCase: BackboneCase,
): Promise<{ loss: number; gradient: Float32Array }> {
  const batch = golden.lengths.map((_, n): TaskRow => {
    const ids = rowWithVirtualTokens(golden, goldenCase, n);
    return { taskname: 'task', row: { ids, firstTarget: ids.length - goldenCase.answer } };
  });
  const { loss, dVirtual } = await step.run(batch, new Map([['task', Float32Array.from(golden.virtual.flat())]]));
  return { loss, gradient: dVirtual.get('task')! };
}

export async function checkLossAndGradient(
  step: BackboneStep,
  golden: BackboneGolden,
  goldenCase: BackboneCase,
  tolerance = { loss: TOLERANCE, gradient: TOLERANCE },
): Promise<void> {
  const { loss, gradient } = await lossAndGradient(step, golden, goldenCase);
  expect(Math.abs(loss - goldenCase.loss)).toBeLessThan(tolerance.loss);
  expect(relativeError(gradient, goldenCase.d_virtual.flat())).toBeLessThan(tolerance.gradient);
}

/** @param sharedOf how many tokens of a prompt are a prefix, whose keys and values come from a cache; each is tried */
export async function checkLogitsAndGreedyTokens(
  predictor: Predictor,
  golden: BackboneGolden,
  goldenCase: BackboneCase,
  sharedOf = (tokens: number): number[] => [0, 1, tokens - 1],
): Promise<void> {
  const ids = rowWithVirtualTokens(golden, goldenCase, 0);
  const prompt = ids.subarray(0, ids.length - goldenCase.answer);
  const virtual = Float32Array.from(golden.virtual.flat());
  for (const shared of sharedOf(prompt.length)) {
    const prefix = await predictor.cachePrefix(prompt.slice(0, shared), virtual);
    const row = { ids: prompt.slice(shared), position: shared, branches: [] };
    const [logits] = await predictor.logits(prefix, [row]);
    expect(relativeError(logits!, goldenCase.first_logits)).toBeLessThan(TOLERANCE);
    // The second row is shorter, so that decoding has padding to hide.
    const other = { ids: row.ids.slice(0, 1), position: shared, branches: [] };
    const [greedy] = await predictor.generate(prefix, [row, other], undefined, goldenCase.greedy.length);
    expect(greedy!.ids).toEqual(goldenCase.greedy);
  }
}
