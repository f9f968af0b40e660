import { add, relu } from '../../onnx/operators.ts';
import type { DefineEncoder } from '../encoder-definition.ts';
import { allRows, rowParameters } from './embedding.ts';
import { linear, linearParameters } from './linear.ts';

const DEFAULT_BOTTLENECK = 128;

/**
 * Residual Prompt Tuning (Razdaibiedina et al. 2023): rows of each task's own plus a bottleneck that all share,
 * P + W₂ · relu(W₁ P + b₁) + b₂, never wider than the backbone. W₂ and b₂ start at zero, so that training starts from
 * the rows themselves.
 */
export const defineResidual: DefineEncoder = (spec, tasks) => {
  const { hidden } = spec;
  const width = Math.min(spec.encoderHidden ?? DEFAULT_BOTTLENECK, hidden);
  return {
    parameters: [
      ...rowParameters(spec, tasks),
      ...linearParameters('mlp.0', hidden, width),
      ...linearParameters('mlp.1', width, hidden, {
        weight: () => new Float32Array(hidden * width),
        bias: () => new Float32Array(hidden),
      }),
    ],
    dropoutMasks: [],
    build(_graph, value) {
      const rows = allRows(tasks, value);
      return add(rows, linear(relu(linear(rows, 'mlp.0', value)), 'mlp.1', value));
    },
  };
};
