import type { Graph, Node, Value } from './graph.ts';
import { cast } from './operators.ts';

const PRODUCTS = new Set(['Gemm', 'MatMul', 'FusedMatMul']);

/**
 * Matrix products in float16, everything else as it is (norms, softmax, the loss): operands are cast to half precision,
 * which for a weight is done once, and results back to float32. What underflows in between has to be scaled by who feeds the
 * graph. It changes the graph that it is given.
 */
export function useHalfProducts(graph: Graph): void {
  const halves = new Map<string, Value>();
  const half = (value: Value | undefined) => {
    if (value?.type !== 'float32') return value;
    const known = halves.get(value.name) ?? cast(value, 'float16');
    halves.set(value.name, known);
    // One value may go by several shapes.
    return { ...known, shape: value.shape };
  };
  for (const node of graph.nodes.splice(0)) {
    const [output] = node.outputs;
    if (!PRODUCTS.has(node.opType) || output?.type !== 'float32') {
      graph.nodes.push(node);
      continue;
    }
    const inputs = node.inputs.map(half);
    const product: Value = { ...output, name: graph.uniqueName(node.opType), type: 'float16' };
    graph.nodes.push({ ...node, inputs, outputs: [product] }, backTo(output, product));
  }
}

function backTo(output: Value, product: Value): Node {
  return { opType: 'Cast', domain: '', inputs: [product], outputs: [output], attributes: { to: 1 } };
}
