import type { Value } from '../onnx/graph.ts';
import { concat, withShape } from '../onnx/operators.ts';

/** Packed tokens that stand below each other, as one matrix [tokens, n]. */
export function stacked(parts: readonly Value[]): Value {
  const x = concat(parts, 0);
  return withShape(x, ['tokens', x.shape[1]!]);
}
