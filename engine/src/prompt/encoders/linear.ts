import type { Value } from '../../onnx/graph.ts';
import { gemm } from '../../onnx/operators.ts';
import type { ParameterDefinition } from '../encoder-definition.ts';
import { uniformValues } from '../initial-values.ts';

type Initial = ParameterDefinition['initial'];

/** The parameters `<name>.weight` [outputs, inputs] and `<name>.bias` [outputs], by default initialised as PyTorch's `Linear`. */
export function linearParameters(
  name: string,
  inputs: number,
  outputs: number,
  initial: { weight?: Initial; bias?: Initial } = {},
): ParameterDefinition[] {
  const bound = 1 / Math.sqrt(inputs);
  return [
    {
      name: `${name}.weight`,
      shape: [outputs, inputs],
      initial: initial.weight ?? ((random) => uniformValues(random, outputs * inputs, bound)),
    },
    {
      name: `${name}.bias`,
      shape: [outputs],
      initial: initial.bias ?? ((random) => uniformValues(random, outputs, bound)),
    },
  ];
}

/** x [rows, inputs] · weightᵀ + bias: [rows, outputs]. */
export function linear(x: Value, name: string, value: (name: string) => Value): Value {
  return gemm(x, value(`${name}.weight`), value(`${name}.bias`), { transB: true });
}
