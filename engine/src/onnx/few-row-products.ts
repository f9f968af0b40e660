import { frozenValues } from './frozen-values.ts';
import type { Graph, Value } from './graph.ts';
import { gemm, reshape, transpose } from './operators.ts';

/**
 * Writes x [n, in] · weightᵀ, of frozen weights [out, in], as (weight · xᵀ)ᵀ. The CPU's kernel copies the second operand of a
 * product into a layout of its own, and of the first one nothing. For 2 to 32 rows, as where each row gets its next token, the copy
 * of a weight takes about as long as the product. For one row nothing is copied anyhow, and for hundreds this form is slower.
 */
export function useFewRowProducts(graph: Graph): void {
  const frozen = frozenValues(graph);
  for (const node of graph.nodes.splice(0)) {
    const [x, weight, bias] = node.inputs as [Value, Value?, Value?];
    const { transA, transB } = node.attributes;
    if (node.opType !== 'Gemm' || transA === 1 || transB !== 1 || !weight || !frozen.has(weight.name)) {
      graph.nodes.push(node);
      continue;
    }
    const column = bias && reshape(bias, [weight.shape[0]!, 1]);
    const across = gemm(weight, transpose(x, [1, 0]), column);
    graph.nodes.push({
      opType: 'Transpose',
      domain: '',
      inputs: [across],
      outputs: node.outputs,
      attributes: { perm: [1, 0] },
    });
  }
}
