import { describe, expect, it } from 'vitest';
import { type Backbone, backboneOf } from '../../engine/src/backbone/backbone.ts';
import { packBatch } from '../../engine/src/data/packed-batch.ts';
import type { TokenRow } from '../../engine/src/data/token-row.ts';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { buildStepGraph } from '../../engine/src/train/step-graph.ts';
import { openModelFolder } from '../../model/src/model-folder.ts';
import {
  type BackboneCase,
  type BackboneGolden,
  goldenBackbones,
  relativeError,
  rowWithVirtualTokens,
} from './golden.ts';

async function open(dir: string): Promise<Backbone | string> {
  const opened = await openModelFolder(dir, { tokenizer: 'optional' });
  return opened.kind === 'ok' ? backboneOf(opened.model) : opened.problem;
}

function tokenRows(golden: BackboneGolden, goldenCase: BackboneCase): TokenRow[] {
  return golden.lengths.map((_, n) => {
    const ids = rowWithVirtualTokens(golden, goldenCase, n);
    return { ids, firstTarget: ids.length - goldenCase.answer };
  });
}

describe.each(goldenBackbones())('backbone $name', async ({ dir, golden }) => {
  const backbone = await open(dir);
  if (typeof backbone === 'string') {
    it('is not supported yet, which is said with its type and what is supported', () => {
      expect(backbone).toMatch(/is of type '\w+'; supported: gpt2/);
    });
    return;
  }

  it.each(golden.cases)('loss and gradient with virtual tokens at $at', async (goldenCase) => {
    const rows = tokenRows(golden, goldenCase);
    const places = goldenCase.at.some((place) => place > 0) ? 'tokens' : 'prefix';
    const step = buildStepGraph(backbone.architecture, places);
    const session = await Session.create(step.graph, { weightsFolder: backbone.weightsFolder });
    const { hidden } = backbone.model.config;
    const feeds = packBatch(rows, {
      virtualTokens: golden.virtual.length,
      places,
      inverses: step.inverses,
      weight: 1 / (rows.length * goldenCase.answer),
    });
    const virtual = Float32Array.from(golden.virtual.flat());
    const result = await session.run({
      ...feeds,
      virtual: { type: 'float32', dims: [golden.virtual.length, hidden], data: virtual },
    });
    await session.release();
    expect(Math.abs(Number(result.loss!.data[0]) - goldenCase.loss)).toBeLessThan(1e-5);
    expect(relativeError(result.d_virtual!.data as Float32Array, goldenCase.d_virtual.flat())).toBeLessThan(1e-5);
  });
  it.each(golden.cases)('logits and greedy tokens with virtual tokens at $at', async (goldenCase) => {
    const ids = rowWithVirtualTokens(golden, goldenCase, 0);
    const prompt = ids.subarray(0, ids.length - goldenCase.answer);
    const virtual = Float32Array.from(golden.virtual.flat());
    const predictor = new Predictor(backbone);
    for (const shared of [0, 1, prompt.length - 1]) {
      const prefix = await predictor.cachePrefix(prompt.slice(0, shared), virtual);
      const row = { ids: prompt.slice(shared), position: shared, branches: [] };
      const [logits] = await predictor.logits(prefix, [row]);
      expect(relativeError(logits!, goldenCase.first_logits)).toBeLessThan(1e-5);
      // The second row is shorter, so that decoding has padding to hide.
      const other = { ids: row.ids.slice(0, 1), position: shared, branches: [] };
      const [greedy] = await predictor.generate(prefix, [row, other], undefined, goldenCase.greedy.length);
      expect(greedy).toEqual(goldenCase.greedy);
    }
    await predictor.release();
  });
});
