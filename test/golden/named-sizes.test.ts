import { describe, expect, it } from 'vitest';
import { packBatch } from '../../engine/src/data/packed-batch.ts';
import type { Dim } from '../../engine/src/onnx/graph.ts';
import { namedSizes } from '../../engine/src/onnx/live-bytes.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { float32 } from '../../engine/src/runtime/tensor.ts';
import { longOf } from '../../engine/src/train/batch-runs.ts';
import { buildStepGraph } from '../../engine/src/train/step-graph.ts';
import { openGolden } from './backbone-checks.ts';
import { goldenBackbones, rowWithVirtualTokens } from './golden.ts';

/*
 * The runtime gives values of the same named sizes the same memory: what a graph calls a size is the size that it has, of
 * each value of a step, and hardly one is without a name.
 */

/** The size that sums of products of names stand for; undefined where one of them is unknown. */
function sizeOf(dim: Dim, sizes: Readonly<Record<string, number>>): number | undefined {
  if (typeof dim === 'number') return dim;
  const factor = (word: string) => (/^\d+$/.test(word) ? Number(word) : (sizes[word] ?? Number.NaN));
  const products = dim.split('+').map((term) => term.split('*').reduce((product, word) => product * factor(word), 1));
  const size = products.reduce((sum, product) => sum + product);
  return Number.isNaN(size) ? undefined : size;
}

describe.each(goldenBackbones())('a step of $name', async ({ dir, golden }) => {
  const backbone = await openGolden(dir);
  if (typeof backbone === 'string') throw new Error(backbone);

  it.each(golden.cases.slice(-1))('has the sizes that its graph names', async (goldenCase) => {
    const places = goldenCase.at[0] === 0 && goldenCase.at.length === 1 ? 'prefix' : 'tokens';
    const { graph, ...asked } = buildStepGraph(backbone.architecture, places, { gradient: true });
    const rows = golden.lengths.map((_, n) => {
      const ids = rowWithVirtualTokens(golden, goldenCase, n);
      return { ids, firstTarget: ids.length - goldenCase.answer };
    });
    const virtualTokens = golden.virtual.length;
    const feeds = packBatch(rows, { ...asked, virtualTokens, places, weight: 1, long: longOf(rows, backbone) });
    const virtual = float32(Float32Array.from(golden.virtual.flat()), [virtualTokens, golden.virtual[0]!.length]);
    const sizes = { ...namedSizes(graph.inputs, feeds), virtual: virtualTokens };

    const values = graph.nodes.flatMap(({ outputs }) => outputs.filter((value) => value !== undefined));
    graph.outputs.push(...values.filter((value) => !graph.outputs.includes(value)));
    const session = await Session.create(graph, { weightsFolder: dir });
    const results = await session.run({ ...feeds, virtual });
    await session.release();

    let unnamed = 0;
    for (const { name, shape } of values) {
      const named = shape.map((dim) => sizeOf(dim, sizes));
      if (named.includes(undefined)) unnamed += 1;
      else expect({ name, dims: results[name]!.dims }).toEqual({ name, dims: named });
    }
    expect(values.length).toBeGreaterThan(100);
    expect(unnamed / values.length).toBeLessThan(0.01);
  });
});
