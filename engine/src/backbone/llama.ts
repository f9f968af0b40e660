import type { LlamaConfig } from '../../../model/src/architectures/llama.ts';
import { windowOf } from '../../../model/src/architectures/sliding-window.ts';
import type { Value } from '../onnx/graph.ts';
import { add, mul, mulScalar, silu } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import { type FrozenLayers, normOfHeads } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { selfAttention } from './self-attention.ts';

/**
 * Llama, Mistral, Qwen 2, Qwen 3, Phi 3, SmolLM3 and Granite (see `LlamaConfig`). Their matrices are stored [out, in] (`Linear`
 * in Hugging Face's code), the embeddings [vocab, hidden].
 */
export function llama(frozen: FrozenLayers, config: LlamaConfig): Architecture {
  const { heads, keyValueHeads, headSize, inner, fused, multipliers } = config;
  const rotary = new Rotary(config.rotary);
  const norm = (x: Value, name: string) => frozen.rmsNorm(x, name, config.rmsNormEpsilon);
  const headNorm = (x: Value, name: string) =>
    config.normalisesHeads ? normOfHeads(x, headSize, (head) => norm(head, name)) : x;
  const queries = heads * headSize;
  const keys = keyValueHeads * headSize;
  /** A projection, or its rows [from, to) of the one that holds several. */
  const project = (x: Value, name: string, whole: string, from: number, to: number) =>
    fused ? frozen.linearPart(x, whole, from, to) : frozen.linear(x, name);

  const attention = (name: string, index: number) => {
    const qkv = `${name}.qkv_proj`;
    return {
      heads,
      keyValueHeads,
      rotary: config.unturned?.includes(index) ? undefined : rotary,
      window: windowOf(config.window, index),
      query: (x: Value) => headNorm(project(x, `${name}.q_proj`, qkv, 0, queries), `${name}.q_norm`),
      key: (x: Value) => headNorm(project(x, `${name}.k_proj`, qkv, queries, queries + keys), `${name}.k_norm`),
      value: (x: Value) => project(x, `${name}.v_proj`, qkv, queries + keys, queries + 2 * keys),
    };
  };
  const feedForward = (x: Value, name: string) => {
    const gate = silu(project(x, `${name}.gate_proj`, `${name}.gate_up_proj`, 0, inner));
    const up = project(x, `${name}.up_proj`, `${name}.gate_up_proj`, inner, 2 * inner);
    return frozen.linear(mul(gate, up), `${name}.down_proj`);
  };
  const times = (x: Value, factor: number | undefined) => (factor === undefined ? x : mulScalar(x, factor));
  const plus = (x: Value, half: Value) => add(x, times(half, multipliers?.residual));
  const around = aroundLayers(frozen, config, (x) => norm(x, 'norm'));

  return {
    ...around,
    attentionScale: multipliers?.attention ?? around.attentionScale,
    // Of virtual tokens, too: transformers multiplies whatever embeddings it is given.
    position: (x) => times(x, multipliers?.embedding),

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const heads = attention(`${name}.self_attn`, index);
      const attended = selfAttention(norm(x, `${name}.input_layernorm`), context, heads);
      const after = plus(context.wanted(x), frozen.linear(attended, `${name}.self_attn.o_proj`));
      return plus(after, feedForward(norm(after, `${name}.post_attention_layernorm`), `${name}.mlp`));
    },

    logits: (x) => times(around.logits(x), multipliers && 1 / multipliers.logits),
  };
}
