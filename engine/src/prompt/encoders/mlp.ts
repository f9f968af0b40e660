import { concat, gelu, relu } from '../../onnx/operators.ts';
import type { DefineEncoder } from '../encoder-definition.ts';
import { normalValues } from '../initial-values.ts';
import { learntInputParameters, taskInput } from './learnt-input.ts';
import { linear, linearParameters } from './linear.ts';

/**
 * NeMo's `mlp`: learnt input → `numLayers` linear layers with ReLU between them, `encoderHidden` (default: the backbone's
 * width) wide inside. With three layers it is the MLP of PEFT's P_TUNING.
 */
export const defineMlp: DefineEncoder = (spec, tasks) => {
  const width = spec.encoderHidden ?? spec.hidden;
  const last = spec.numLayers - 1;
  return {
    parameters: [
      ...learntInputParameters(spec, tasks),
      ...Array.from({ length: spec.numLayers }, (_, layer) =>
        linearParameters(`mlp.${layer}`, layer === 0 ? spec.hidden : width, layer === last ? spec.hidden : width),
      ).flat(),
    ],
    dropoutMasks: [],
    build(graph, value) {
      let x = concat(
        tasks.map((task) => taskInput(graph, spec, task, value)),
        0,
      );
      for (let layer = 0; layer < last; layer++) x = relu(linear(x, `mlp.${layer}`, value));
      return linear(x, `mlp.${last}`, value);
    },
  };
};

const TPMLP_WIDTH = 2048;
const TPMLP_DEVIATION = 0.023;

/** NeMo's `tpmlp`: learnt input → Linear–GELU–Linear, weights from N(0, 0.023), biases zero; always two layers. */
export const defineTpmlp: DefineEncoder = (spec, tasks) => {
  const { hidden } = spec;
  const width = spec.encoderHidden ?? TPMLP_WIDTH;
  const layer = (name: string, inputs: number, outputs: number) =>
    linearParameters(name, inputs, outputs, {
      weight: (random) => normalValues(random, inputs * outputs, TPMLP_DEVIATION),
      bias: () => new Float32Array(outputs),
    });
  return {
    parameters: [
      ...learntInputParameters(spec, tasks),
      ...layer('mlp.0', hidden, width),
      ...layer('mlp.1', width, hidden),
    ],
    dropoutMasks: [],
    build(graph, value) {
      const x = concat(
        tasks.map((task) => taskInput(graph, spec, task, value)),
        0,
      );
      return linear(gelu(linear(x, 'mlp.0', value), 'none'), 'mlp.1', value);
    },
  };
};
