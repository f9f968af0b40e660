import type { Value } from '../onnx/graph.ts';
import { after } from '../onnx/operators.ts';
import { withGradient } from './gradient-rule.ts';
import { gradients } from './gradients.ts';

/**
 * `forward` of `inputs`, of which the backward pass keeps nothing but them: it runs `forward` again when it comes there (Chen et
 * al. 2016), so that what is inside is in memory for one such function at a time. Same result, same gradients.
 * `forward` may use other values, through which no gradient flows.
 */
export function recomputed(inputs: readonly Value[], forward: (inputs: readonly Value[]) => Value): Value {
  return withGradient(
    inputs,
    () => [forward(inputs)],
    ([gradient], wanted) => {
      // Bound to the gradient, or the runtime would share the first pass's values, or compute these long before.
      const again = inputs.map((input) => after(input, gradient!));
      const targets = again.filter((_, i) => wanted[i]);
      const found = gradients(forward(again), gradient!, targets);
      return inputs.map((_, i) => (wanted[i] ? found.shift() : undefined));
    },
  )[0]!;
}
