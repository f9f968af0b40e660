import { expect, it } from 'vitest';
import { Graph, type Value } from '../../../engine/src/onnx/graph.ts';
import { fusedMatMul, logSoftmax, rmsNormalization } from '../../../engine/src/onnx/operators.ts';
import { rewriteNodes } from '../../../engine/src/onnx/rewrite.ts';
import { Random } from '../../../engine/src/random.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { float32, type TensorData } from '../../../engine/src/runtime/tensor.ts';
import { WEBGPU_REWRITES } from '../../../engine/src/runtime/webgpu-rewrites.ts';
import { relativeError } from '../../golden/golden.ts';

type Build = (graph: Graph, x: Value) => Value[];

/** x is [3, 4, 5]. */
const CASES: readonly (readonly [operator: string, build: Build])[] = [
  ['FusedMatMul', (graph, x) => [fusedMatMul(x, graph.input('b', 'float32', [3, 4, 2]), { transA: true, alpha: 0.5 })]],
  ['FusedMatMul', (graph, x) => [fusedMatMul(x, graph.input('b', 'float32', [3, 'n', 5]), { transB: true, alpha: 3 })]],
  ['FusedMatMul', (graph, x) => [fusedMatMul(x, graph.input('b', 'float32', [3, 5, 2]), {})]],
  ['LogSoftmax', (_, x) => [logSoftmax(x)]],
  ['SimplifiedLayerNormalization', (graph, x) => rmsNormalization(x, graph.float([1, 2, 3, 4, 5]), 1e-5)],
];

function numbers(shape: readonly number[]): TensorData {
  const random = Random.fromSeed(shape.length);
  const count = shape.reduce((product, size) => product * size, 1);
  return float32(
    Float32Array.from({ length: count }, () => random.uniform(-9, 9)),
    shape,
  );
}

it.each(CASES)('%s in the form for WebGPU gives what it gives by itself', async (operator, build) => {
  const built = () => {
    const graph = new Graph();
    const outputs = build(graph, graph.input('x', 'float32', [3, 4, 5]));
    outputs.forEach((output, i) => {
      graph.output(`out_${i}`, output);
    });
    return graph;
  };
  const run = async (graph: Graph) => {
    const sizes = graph.inputs.map(
      ({ name, shape }) => [name, shape.map((dim) => (dim === 'n' ? 7 : Number(dim)))] as const,
    );
    const session = await Session.create(graph);
    const results = await session.run(Object.fromEntries(sizes.map(([name, shape]) => [name, numbers(shape)])));
    await session.release();
    return results;
  };
  const rewritten = built();
  expect(rewritten.nodes.map(({ opType }) => opType)).toContain(operator);
  rewriteNodes(rewritten, WEBGPU_REWRITES);
  const [expected, found] = [await run(built()), await run(rewritten)];
  for (const [name, { data }] of Object.entries(expected)) {
    expect(relativeError(found[name]!.data as Float32Array, [...(data as Float32Array)]), name).toBeLessThan(1e-6);
  }
});
