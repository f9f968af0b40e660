import type { Value } from '../../onnx/graph.ts';
import { bidirectionalLstm, concat, mul, relu, reshape, unsqueeze } from '../../onnx/operators.ts';
import type { DefineEncoder, ParameterDefinition } from '../encoder-definition.ts';
import { uniformValues } from '../initial-values.ts';
import { learntInputParameters, taskInput } from './learnt-input.ts';
import { linear, linearParameters } from './linear.ts';

/**
 * NeMo's LSTM encoder: learnt input → bidirectional LSTM layers → Linear–ReLU–Linear. `encoderHidden` is the width of a
 * direction; its default, half the backbone's, makes it the encoder of NeMo 1.10 and of P-tuning (Liu et al. 2021).
 *
 * Parameters `lstm.<layer>.w` [2, 4h, inputs], `.r` [2, 4h, h] and `.b` [2, 8h] are in the layout of ONNX's operator: the
 * two directions, gates in the order input, output, forget, cell, input bias before recurrent bias. PyTorch's two
 * biases are both kept, since an optimiser moves two equal summands twice as far as one.
 */
export const defineLstm: DefineEncoder = (spec, tasks) => {
  const { hidden, numLayers: layers } = spec;
  const width = spec.encoderHidden ?? Math.floor(hidden / 2);
  const maskName = (task: number, layer: number) => `dropout.${task}.${layer}`;

  const layerParameters = (layer: number): ParameterDefinition[] => {
    const inputs = layer === 0 ? hidden : 2 * width;
    const shapes = { w: [2, 4 * width, inputs], r: [2, 4 * width, width], b: [2, 8 * width] };
    return Object.entries(shapes).map(([part, shape]) => ({
      name: `lstm.${layer}.${part}`,
      shape,
      initial: (random) =>
        uniformValues(
          random,
          shape.reduce((product, size) => product * size),
          1 / Math.sqrt(width),
        ),
    }));
  };

  return {
    parameters: [
      ...learntInputParameters(spec, tasks),
      ...Array.from({ length: layers }, (_, layer) => layerParameters(layer)).flat(),
      ...linearParameters('mlp.0', 2 * width, 2 * width),
      ...linearParameters('mlp.1', 2 * width, hidden),
    ],
    dropoutMasks:
      spec.dropout === 0
        ? []
        : tasks.flatMap((task, t) =>
            Array.from({ length: layers - 1 }, (_, layer) => ({
              name: maskName(t, layer),
              shape: [task.virtualTokens, 2 * width],
            })),
          ),
    build(graph, value) {
      const encoded = tasks.map((task, t) => {
        let x: Value = taskInput(graph, spec, task, value);
        for (let layer = 0; layer < layers; layer++) {
          const [w, r, b] = ['w', 'r', 'b'].map((part) => value(`lstm.${layer}.${part}`)) as [Value, Value, Value];
          const y = bidirectionalLstm(unsqueeze(x, 1), w, r, b, width);
          x = reshape(y, [task.virtualTokens, 2 * width]);
          if (spec.dropout > 0 && layer < layers - 1) x = mul(x, value(maskName(t, layer)));
        }
        return x;
      });
      return linear(relu(linear(concat(encoded, 0), 'mlp.0', value)), 'mlp.1', value);
    },
  };
};
