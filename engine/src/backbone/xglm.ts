import { XGLM_FIRST_POSITION, type XglmConfig } from '../../../model/src/architectures/xglm.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, concat, equal, gather, gelu, gemm, mulScalar, relu, unsqueeze, where } from '../onnx/operators.ts';
import { anglesOf } from './angles.ts';
import type { Architecture } from './architecture.ts';
import type { HeadGroup } from './attention.ts';
import { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import type { Weights } from './weights.ts';

/** XGLM (see `XglmConfig`): positions as sines and cosines, plain heads, norms in front. Matrices are stored [out, in]. */
export function xglm(graph: Graph, config: XglmConfig, weights: Weights): Architecture {
  const { hidden, heads, zeroPosition } = config;
  const headSize = hidden / heads;
  const frozen = new FrozenLayers(graph, weights);
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);
  const activation = (x: Value) =>
    config.activation === 'relu' ? relu(x) : gelu(x, config.activation === 'gelu_new' ? 'tanh' : 'none');
  const frequencies = frequenciesOf(hidden / 2);
  const sinusoids = (positions: Value): Value => {
    const { sines, cosines } = anglesOf(add(positions, graph.int32([XGLM_FIRST_POSITION])), [frequencies]);
    const rows = concat([sines, cosines], 1);
    if (zeroPosition === undefined) return rows;
    return where(unsqueeze(equal(positions, graph.int32([zeroPosition])), 1), graph.float(0), rows);
  };

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => mulScalar(gather(frozen.weight('embed_tokens.weight'), ids), config.embeddingScale),
    position: (x, positions) => add(x, sinusoids(positions)),

    layer(index, parts, { attend, wanted }) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.self_attn_layer_norm`);
      const project = (role: HeadGroup['role'], from: Value) => ({
        value: frozen.linear(from, `${name}.self_attn.${role[0]}_proj`),
        groups: [{ role, heads }],
      });
      const attended = attend([project('query', wanted(normal)), project('key', normal), project('value', normal)]);
      const middle = add(wanted(x), frozen.linear(attended, `${name}.self_attn.out_proj`));
      const inner = activation(frozen.linear(norm(middle, `${name}.final_layer_norm`), `${name}.fc1`));
      return add(middle, frozen.linear(inner, `${name}.fc2`));
    },

    logits(x) {
      const output = frozen.weight(config.tied ? 'embed_tokens.weight' : 'lm_head.weight');
      return gemm(norm(x, 'layer_norm'), output, undefined, { transB: true });
    },
  };
}

/** From 1 down to 1 / 10000 (Vaswani et al. 2017, but for the last one), in the float32 steps of transformers. */
function frequenciesOf(count: number): number[] {
  const step = Math.fround(-Math.log(10_000) / (count - 1));
  return Array.from({ length: count }, (_, i) => Math.fround(Math.exp(Math.fround(i * step))));
}
