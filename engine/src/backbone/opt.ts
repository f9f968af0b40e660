import { OPT_FIRST_POSITION, type OptConfig } from '../../../model/src/architectures/opt.ts';
import type { Value } from '../onnx/graph.ts';
import { add, gather, gemm } from '../onnx/operators.ts';
import { activate } from './activate.ts';
import type { Architecture } from './architecture.ts';
import type { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { selfAttention } from './self-attention.ts';

/** OPT (see `OptConfig`): learnt positions, plain heads, norms before or behind. Matrices are stored [out, in]. */
export function opt(frozen: FrozenLayers, config: OptConfig): Architecture {
  const { hidden, width, heads, layerNormEpsilon } = config;
  const norm = (x: Value, name: string) =>
    config.learntNorms ? frozen.layerNorm(x, name, layerNormEpsilon) : frozen.plainLayerNorm(x, layerNormEpsilon);
  const before = (x: Value, name: string) => (config.normalisesBefore ? norm(x, name) : x);
  const behind = (x: Value, name: string) => (config.normalisesBefore ? x : norm(x, name));

  return {
    layers: config.layers,
    hidden,
    headSize: width / heads,
    attentionScale: 1 / Math.sqrt(width / heads),
    embed: (ids) => gather(frozen.weight('embed_tokens.weight'), ids),
    position(x, positions) {
      const rows = add(positions, frozen.graph.int32([OPT_FIRST_POSITION]));
      const words = hidden === width ? x : frozen.linear(x, 'project_in');
      return add(words, gather(frozen.weight('embed_positions.weight'), rows));
    },

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = before(x, `${name}.self_attn_layer_norm`);
      const attended = selfAttention(normal, context, { heads, ...frozen.projections(`${name}.self_attn`) });
      const sum = add(context.wanted(x), frozen.linear(attended, `${name}.self_attn.out_proj`));
      const middle = behind(sum, `${name}.self_attn_layer_norm`);
      const inner = activate(
        frozen.linear(before(middle, `${name}.final_layer_norm`), `${name}.fc1`),
        config.activation,
      );
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
