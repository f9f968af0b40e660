import type { Activation } from '../../../model/src/architectures/activations.ts';
import type { Value } from '../onnx/graph.ts';
import { gelu, relu, silu } from '../onnx/operators.ts';

const ACTIVATIONS: Readonly<Record<Activation, (x: Value) => Value>> = {
  gelu: (x) => gelu(x, 'none'),
  gelu_new: (x) => gelu(x, 'tanh'),
  relu,
  silu,
};

export function activate(x: Value, activation: Activation): Value {
  return ACTIVATIONS[activation](x);
}
