import type { Olmo2Config } from '../../../model/src/architectures/olmo2.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, silu } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { rotaryAttention } from './rotary-attention.ts';
import type { Weights } from './weights.ts';

/** OLMo 2 (see `Olmo2Config`). Matrices are stored [out, in]. */
export function olmo2(graph: Graph, config: Olmo2Config, weights: Weights): Architecture {
  const { heads, keyValueHeads } = config;
  const rotary = new Rotary(config.rotary);
  const frozen = new FrozenLayers(graph, weights);
  const norm = (x: Value, name: string) => frozen.rmsNorm(x, name, config.rmsNormEpsilon);

  return {
    ...aroundLayers(frozen, config, norm),

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const projections = frozen.projections(`${name}.self_attn`, norm);
      const attended = rotaryAttention(x, context, { heads, keyValueHeads, rotary, ...projections });
      const projected = frozen.linear(attended, `${name}.self_attn.o_proj`);
      const after = add(context.wanted(x), norm(projected, `${name}.post_attention_layernorm`));
      return add(after, norm(frozen.gated(after, `${name}.mlp`, silu), `${name}.post_feedforward_layernorm`));
    },
  };
}
