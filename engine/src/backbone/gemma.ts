import type { GemmaConfig } from '../../../model/src/architectures/gemma.ts';
import { windowOf } from '../../../model/src/architectures/sliding-window.ts';
import type { Value } from '../onnx/graph.ts';
import { add, addScalar, mulScalar, rmsNormalization } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import { capped } from './attention.ts';
import { type FrozenLayers, normOfHeads } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { selfAttention } from './self-attention.ts';

/** Gemma 2 and 3 (see `GemmaConfig`). Matrices are stored [out, in]; the weight of a norm is what its scale is above 1. */
export function gemma(frozen: FrozenLayers, config: GemmaConfig): Architecture {
  const { heads, keyValueHeads, headSize, attentionScale, attentionCap } = config;
  const rotary = new Rotary(config.rotary);
  const localRotary = config.local ? new Rotary(config.local.rotary) : rotary;
  const norm = (x: Value, name: string) =>
    rmsNormalization(x, addScalar(frozen.weight(`${name}.weight`), 1), config.rmsNormEpsilon)[0];
  const headNorm = (x: Value, name: string) =>
    config.normalisesHeads ? normOfHeads(x, headSize, (head) => norm(head, name)) : x;
  const attention = (name: string, index: number) => ({
    heads,
    keyValueHeads,
    rotary: config.local?.layers.includes(index) ? localRotary : rotary,
    window: windowOf(config.window, index),
    ...frozen.projections(name, headNorm),
  });
  const around = aroundLayers(frozen, config, (x) => norm(x, 'norm'));

  return {
    ...around,
    attentionScale,
    ...(attentionCap === undefined ? {} : { attentionCap }),
    embed: (ids) => mulScalar(around.embed(ids), config.embeddingScale),

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const heads = attention(`${name}.self_attn`, index);
      const attended = selfAttention(norm(x, `${name}.input_layernorm`), context, heads);
      const projected = frozen.linear(attended, `${name}.self_attn.o_proj`);
      const after = add(context.wanted(x), norm(projected, `${name}.post_attention_layernorm`));
      const forward = frozen.gated(norm(after, `${name}.pre_feedforward_layernorm`), `${name}.mlp`, config.activation);
      return add(after, norm(forward, `${name}.post_feedforward_layernorm`));
    },

    logits: (x) => capped(around.logits(x), config.logitCap),
  };
}
