import { describe, expect, it } from 'vitest';
import { gradients } from '../../../engine/src/autodiff/gradients.ts';
import { recomputed } from '../../../engine/src/autodiff/recompute.ts';
import { Graph, type Value } from '../../../engine/src/onnx/graph.ts';
import { add, gelu, matMul, mul, reduceSum, softmax } from '../../../engine/src/onnx/operators.ts';
import { dropUnused } from '../../../engine/src/onnx/unused-nodes.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { float32 } from '../../../engine/src/runtime/tensor.ts';

const SIZE = 4;
const numbers = (count: number, seed: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * seed + 1));

/** Two layers of x and a constant, a product of which only the gradient's inputs are needed at the end of each. */
function build(through: (inputs: readonly Value[], layer: (inputs: readonly Value[]) => Value) => Value): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', SIZE]);
  const frozen = graph.input('frozen', 'float32', ['rows', SIZE]);
  const weight = graph.float([...numbers(SIZE * SIZE, 0.7)], [SIZE, SIZE]);
  const layer = ([a, b]: readonly Value[]) =>
    add(a!, matMul(softmax(mul(gelu(matMul(a!, weight), 'none'), b!)), weight));
  const y = through([through([x, frozen], layer), frozen], layer);
  graph.output('y', y);
  const loss = reduceSum(mul(y, y), [0, 1], false);
  graph.output('dx', gradients(loss, graph.float(1), [x])[0]!);
  dropUnused(graph);
  return graph;
}

async function outputsOf(graph: Graph) {
  const session = await Session.create(graph);
  const dims = [3, SIZE];
  const outputs = await session.run({ x: float32(numbers(12, 1), dims), frozen: float32(numbers(12, 2), dims) });
  await session.release();
  return { y: outputs.y!.data, dx: outputs.dx!.data };
}

const plain = build((inputs, layer) => layer(inputs));
const again = build(recomputed);
const count = (graph: Graph, opType: string) => graph.nodes.filter((node) => node.opType === opType).length;

describe('a recomputed function', () => {
  it('has the same result and the same gradients', async () => {
    expect(await outputsOf(again)).toEqual(await outputsOf(plain));
  });

  it('is run twice, without what its gradient does not ask for', () => {
    expect([count(plain, 'Softmax'), count(again, 'Softmax')]).toEqual([2, 4]);
    expect(count(plain, 'MatMul')).toBe(4);
    // The second product of a layer is not needed for a gradient.
    expect(count(again, 'MatMul')).toBe(6);
  });
});
