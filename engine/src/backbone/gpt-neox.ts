import type { GptNeoxConfig } from '../../../model/src/architectures/gpt-neox.ts';
import type { Value } from '../onnx/graph.ts';
import { add } from '../onnx/operators.ts';
import { activate } from './activate.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import type { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { fusedAttention } from './self-attention.ts';

/**
 * GPT-NeoX and Pythia: attention and feed-forward layer side by side, rotary positions for a part of each head, and one
 * projection in which each head's query, key and value stand together. Matrices are stored [out, in].
 */
export function gptNeox(frozen: FrozenLayers, config: GptNeoxConfig): Architecture {
  const { heads, headSize } = config;
  const rotary = new Rotary(config.rotary);
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);
  const feedForward = (x: Value, name: string) => {
    const inner = frozen.linear(norm(x, `${name}.post_attention_layernorm`), `${name}.mlp.dense_h_to_4h`);
    return frozen.linear(activate(inner, config.activation), `${name}.mlp.dense_4h_to_h`);
  };

  return {
    ...aroundLayers(frozen, config, (x) => norm(x, 'final_layer_norm')),

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const projected = frozen.linear(norm(x, `${name}.input_layernorm`), `${name}.attention.query_key_value`);
      const attended = fusedAttention(projected, context, { heads, headSize, rotary });
      const before = context.wanted(x);
      const after = add(before, frozen.linear(attended, `${name}.attention.dense`));
      return add(after, feedForward(config.parallelResidual ? before : after, name));
    },
  };
}
