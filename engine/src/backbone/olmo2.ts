import type { Olmo2Config } from '../../../model/src/architectures/olmo2.ts';
import type { Value } from '../onnx/graph.ts';
import { add } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import type { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { selfAttention } from './self-attention.ts';

/** OLMo 2 (see `Olmo2Config`). Matrices are stored [out, in]. */
export function olmo2(frozen: FrozenLayers, config: Olmo2Config): Architecture {
  const { heads, keyValueHeads } = config;
  const rotary = new Rotary(config.rotary);
  const norm = (x: Value, name: string) => frozen.rmsNorm(x, name, config.rmsNormEpsilon);

  return {
    ...aroundLayers(frozen, config, (x) => norm(x, 'norm')),

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const projections = frozen.projections(`${name}.self_attn`, norm);
      const attended = selfAttention(x, context, { heads, keyValueHeads, rotary, ...projections });
      const projected = frozen.linear(attended, `${name}.self_attn.o_proj`);
      const after = add(context.wanted(x), norm(projected, `${name}.post_attention_layernorm`));
      return add(after, norm(frozen.gated(after, `${name}.mlp`, 'silu'), `${name}.post_feedforward_layernorm`));
    },
  };
}
