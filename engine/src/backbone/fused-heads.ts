import type { Value } from '../onnx/graph.ts';
import { reshape, split, transpose } from '../onnx/operators.ts';

/**
 * A projection in which each head's query, key and value stand together, [n, heads · (query, key, value)] → queries, keys and
 * values, [n, heads · head size] each.
 */
export function fusedHeads(projected: Value, heads: number, headSize: number): [Value, Value, Value] {
  const { graph } = projected;
  const n = projected.shape[0]!;
  const byHead = reshape(projected, [n, heads, 3, headSize], graph.int([-1, heads, 3, headSize]));
  return split(transpose(byHead, [2, 0, 1, 3]), 0, [1, 1, 1]).map((part) =>
    reshape(part, [n, heads * headSize], graph.int([-1, heads * headSize])),
  ) as [Value, Value, Value];
}
