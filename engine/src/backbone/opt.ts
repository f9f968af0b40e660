import { OPT_FIRST_POSITION, type OptConfig } from '../../../model/src/architectures/opt.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gelu, gemm, layerNormalization, relu } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import type { HeadGroup } from './attention.ts';
import { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import type { Weights } from './weights.ts';

/** OPT (see `OptConfig`): learnt positions, plain heads, norms before or behind. Matrices are stored [out, in]. */
export function opt(graph: Graph, config: OptConfig, weights: Weights): Architecture {
  const { hidden, width, heads, layerNormEpsilon } = config;
  const frozen = new FrozenLayers(graph, weights);
  const same = (value: number) => graph.float(new Array<number>(width).fill(value), [width]);
  const norm = (x: Value, name: string) =>
    config.learntNorms
      ? frozen.layerNorm(x, name, layerNormEpsilon)
      : layerNormalization(x, same(1), same(0), layerNormEpsilon)[0];
  const before = (x: Value, name: string) => (config.normalisesBefore ? norm(x, name) : x);
  const behind = (x: Value, name: string) => (config.normalisesBefore ? x : norm(x, name));
  const activation = (x: Value) =>
    config.activation === 'relu' ? relu(x) : gelu(x, config.activation === 'gelu_new' ? 'tanh' : 'none');

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize: width / heads,
    attentionScale: 1 / Math.sqrt(width / heads),
    embed: (ids) => gather(frozen.weight('embed_tokens.weight'), ids),
    position(x, positions) {
      const rows = add(positions, graph.int32([OPT_FIRST_POSITION]));
      const words = hidden === width ? x : frozen.linear(x, 'project_in');
      return add(words, gather(frozen.weight('embed_positions.weight'), rows));
    },

    layer(index, parts, { attend, wanted }) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = before(x, `${name}.self_attn_layer_norm`);
      const project = (role: HeadGroup['role'], from: Value) => ({
        value: frozen.linear(from, `${name}.self_attn.${role[0]}_proj`),
        groups: [{ role, heads }],
      });
      const attended = attend([project('query', wanted(normal)), project('key', normal), project('value', normal)]);
      const sum = add(wanted(x), frozen.linear(attended, `${name}.self_attn.out_proj`));
      const middle = behind(sum, `${name}.self_attn_layer_norm`);
      const inner = activation(frozen.linear(before(middle, `${name}.final_layer_norm`), `${name}.fc1`));
      return behind(add(middle, frozen.linear(inner, `${name}.fc2`)), `${name}.final_layer_norm`);
    },

    logits(x) {
      const normal = config.finalNorm ? norm(x, 'final_layer_norm') : x;
      const output = hidden === width ? normal : frozen.linear(normal, 'project_out');
      const words = frozen.weight(config.tied ? 'embed_tokens.weight' : 'lm_head.weight');
      return gemm(output, words, undefined, { transB: true });
    },
  };
}
