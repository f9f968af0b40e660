import { expect, it } from 'vitest';
import { packBatch } from '../../../engine/src/data/packed-batch.ts';
import { takeFrozenPart } from '../../../engine/src/onnx/frozen-part.ts';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { float32 } from '../../../engine/src/runtime/tensor.ts';
import { buildStepGraph } from '../../../engine/src/train/step-graph.ts';
import { goldenBackbone, largestDifference, someVirtual } from '../train/small-backbone.ts';

const backbone = await goldenBackbone();
const { weightsFolder } = backbone;
const rows = [{ ids: Int32Array.of(-1, -2, 3, 5, 7, 2), firstTarget: 4 }];

it('a graph computes the same when its frozen part is computed by itself, and fed', async () => {
  const step = () => buildStepGraph(backbone.architecture, 'prefix');
  const whole = step();
  const feeds = {
    ...packBatch(rows, {
      virtualTokens: 2,
      places: 'prefix',
      inverses: whole.inverses,
      windows: whole.windows,
      weight: 0.5,
    }),
    virtual: float32(someVirtual(2, backbone.model.config.hidden), [2, backbone.model.config.hidden]),
  };
  const run = async (graph: Graph, given: Parameters<Session['run']>[0]) => {
    const session = await Session.create(graph, { weightsFolder });
    const results = await session.run(given);
    await session.release();
    return results;
  };
  const expected = await run(whole.graph, feeds);

  const { graph } = step();
  const frozen = takeFrozenPart(graph);
  const loader = new Graph();
  for (const value of frozen) loader.output(`of ${value.input.name}`, value.copyTo(loader));
  const computed = await run(loader, {});
  const held = Object.fromEntries(frozen.map(({ input }) => [input.name, computed[`of ${input.name}`]!]));
  const found = await run(graph, { ...feeds, ...held });
  expect(largestDifference(found.loss!.data as Float32Array, expected.loss!.data as Float32Array)).toBe(0);
  expect(largestDifference(found.d_virtual!.data as Float32Array, expected.d_virtual!.data as Float32Array)).toBe(0);
  // Nothing that comes of a file is left: only constants of the graph itself.
  expect([...graph.initializers.values()].every(ArrayBuffer.isView)).toBe(true);
});

it('what two graphs make of the same weight has the same key, and other things have others', () => {
  const keysOf = (places: 'prefix' | 'tokens') => {
    const { graph } = buildStepGraph(backbone.architecture, places);
    return takeFrozenPart(graph).map(({ key }) => key);
  };
  const [prefix, tokens] = [keysOf('prefix'), keysOf('tokens')];
  expect(new Set(prefix).size).toBe(prefix.length);
  expect(tokens.toSorted()).toEqual(prefix.toSorted());
  // The last layer's projection is cut into queries and the rest.
  expect(prefix.filter((key) => key.includes('Slice')).length).toBeGreaterThan(1);
});
