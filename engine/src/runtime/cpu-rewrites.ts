import type { Attribute, Node, Value } from '../onnx/graph.ts';
import { add, addScalar, div, mul, reduceMean, sqrt, sub } from '../onnx/operators.ts';
import type { Rewrite } from '../onnx/rewrite.ts';

/**
 * Norms, whose kernels in the CPU provider of ONNX Runtime 1.29 go through a row one number at a time: six times as slow
 * as these nodes, of which all but one are vectors. Where there is a backward pass, it needs the normal (x̂) in just this
 * form, and the runtime computes it once.
 */
export const CPU_REWRITES: Readonly<Record<string, Rewrite>> = {
  LayerNormalization(node) {
    const [x, scale, bias] = node.inputs as [Value, Value, Value];
    const mean = reduceMean(x, [-1], true);
    const centred = sub(x, mean);
    const inverse = inverseRoot(reduceMean(mul(centred, centred), [-1], true), node);
    return [add(mul(mul(centred, inverse), scale), bias), mean, inverse];
  },

  SimplifiedLayerNormalization(node) {
    const [x, scale] = node.inputs as [Value, Value];
    const inverse = inverseRoot(reduceMean(mul(x, x), [-1], true), node);
    return [mul(mul(x, inverse), scale), inverse];
  },
};

function inverseRoot(square: Value, node: Node): Value {
  const { float } = node.attributes.epsilon as Extract<Attribute, { readonly float: number }>;
  return div(square.graph.float(1), sqrt(addScalar(square, float)));
}
