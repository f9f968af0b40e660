import type { GptjConfig } from '../../../model/src/architectures/gptj.ts';
import type { Value } from '../onnx/graph.ts';
import { add } from '../onnx/operators.ts';
import { activate } from './activate.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import type { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { selfAttention } from './self-attention.ts';

/**
 * GPT-J: attention and feed-forward layer side by side behind one norm, neighbouring entries turned in a part of each head, and
 * biases in the feed-forward layer and behind the output projection. Matrices are stored [out, in].
 */
export function gptj(frozen: FrozenLayers, config: GptjConfig): Architecture {
  const { heads } = config;
  const rotary = new Rotary(config.rotary, { interleaved: true });
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);

  return {
    ...aroundLayers(frozen, config, (x) => norm(x, 'ln_f')),

    layer(index, parts, context) {
      const name = `h.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.ln_1`);
      const attended = selfAttention(normal, context, { heads, rotary, ...frozen.projections(`${name}.attn`) });
      const after = add(context.wanted(x), frozen.linear(attended, `${name}.attn.out_proj`));
      const inner = activate(frozen.linear(context.wanted(normal), `${name}.mlp.fc_in`), config.activation);
      return add(after, frozen.linear(inner, `${name}.mlp.fc_out`));
    },
  };
}
