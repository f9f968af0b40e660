import type { Olmo2Config } from '../../../model/src/architectures/olmo2.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gemm, silu } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { rotaryAttention } from './rotary-attention.ts';
import type { Weights } from './weights.ts';

/** OLMo 2 (see `Olmo2Config`). Matrices are stored [out, in]. */
export function olmo2(graph: Graph, config: Olmo2Config, weights: Weights): Architecture {
  const { hidden, heads, keyValueHeads, headSize } = config;
  const rotary = new Rotary(config.rotary);
  const frozen = new FrozenLayers(graph, weights);
  const norm = (x: Value, name: string) => frozen.rmsNorm(x, name, config.rmsNormEpsilon);
  const attention = (name: string) => ({
    heads,
    keyValueHeads,
    rotary,
    query: (x: Value) => norm(frozen.linear(x, `${name}.q_proj`), `${name}.q_norm`),
    key: (x: Value) => norm(frozen.linear(x, `${name}.k_proj`), `${name}.k_norm`),
    value: (x: Value) => frozen.linear(x, `${name}.v_proj`),
  });

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => gather(frozen.weight('embed_tokens.weight'), ids),
    position: (x) => x,

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const attended = rotaryAttention(x, context, attention(`${name}.self_attn`));
      const projected = frozen.linear(attended, `${name}.self_attn.o_proj`);
      const after = add(context.wanted(x), norm(projected, `${name}.post_attention_layernorm`));
      return add(after, norm(frozen.gated(after, `${name}.mlp`, silu), `${name}.post_feedforward_layernorm`));
    },

    logits(x) {
      const output = frozen.weight(config.tied ? 'embed_tokens.weight' : 'lm_head.weight');
      return gemm(norm(x, 'norm'), output, undefined, { transB: true });
    },
  };
}
