/**
 * Rows moved between layouts: a row of the source is read at most once (rows that no index names may be read by
 * padding, whose gradient must be zero or is discarded). Gathering with the inverse index is then the gradient, which
 * needs no scatter and runs at the speed of a copy.
 */
import type { Value } from '../onnx/graph.ts';
import { concat, gather, reshape, withShape } from '../onnx/operators.ts';
import { withGradient } from './gradient-rule.ts';

/** Several parts [..., d] as one list of rows [n, d], in order. */
function flattened(parts: readonly Value[]): Value {
  const width = parts[0]!.shape.at(-1)!;
  const rows = parts.map((part) => reshape(part, [part.shape.slice(0, -1).join('*'), width]));
  return concat(rows, 0);
}

/**
 * source [n, d] → one part [...indices_i, d] for each of `indices` (int32).
 * `inverse` [n] (int32) gives, for each row of the source, its place among the rows of all parts, in order.
 */
export function partitionRows(source: Value, indices: readonly Value[], inverse: Value): Value[] {
  return withGradient(
    [source],
    () => indices.map((index) => gather(source, index)),
    (gradients) => {
      const parts = gradients.map((gradient) => {
        if (!gradient) throw new Error(`a part of ${source.name} is not used`);
        return gradient;
      });
      return [withShape(gather(flattened(parts), inverse), source.shape)];
    },
  );
}

/** parts → rows [...inverse, d]; the opposite of `partitionRows`, with the same two kinds of index. */
export function mergeRows(parts: readonly Value[], inverse: Value, indices: readonly Value[]): Value {
  return withGradient(
    parts,
    () => [gather(flattened(parts), inverse)],
    ([gradient]) => {
      const width = gradient!.shape.at(-1)!;
      const rows = reshape(gradient!, [gradient!.shape.slice(0, -1).join('*'), width]);
      return parts.map((part, i) => withShape(gather(rows, indices[i]!), part.shape));
    },
  )[0]!;
}

/**
 * Rows of source [n, d] at `indices` [m] (int32), none of them twice. `inverse` [n] (int32) gives each source row's
 * place among the selected ones, or m where it is not selected, whose gradient is zero.
 */
export function selectRows(source: Value, indices: Value, inverse: Value): Value {
  return withGradient(
    [source],
    () => [gather(source, indices)],
    ([gradient]) => {
      const width = source.shape[1] as number;
      const zero = source.graph.float(new Array<number>(width).fill(0), [1, width]);
      return [withShape(gather(concat([gradient!, zero], 0), inverse), source.shape)];
    },
  )[0]!;
}
