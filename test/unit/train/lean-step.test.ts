import { expect, it } from 'vitest';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { relu } from '../../../engine/src/onnx/operators.ts';
import { isLean } from '../../../engine/src/train/lean-step.ts';

function graphOf(nodes: number): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows']);
  for (let n = 0; n < nodes; n++) relu(x);
  return graph;
}

it('gives memory back at once where activations are computed again, unless the graph is very deep', () => {
  expect([false, true].map((recompute) => isLean(graphOf(100), recompute))).toEqual([false, true]);
  expect(isLean(graphOf(9_000), true)).toBe(false);
});
