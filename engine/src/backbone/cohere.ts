import type { CohereConfig } from '../../../model/src/architectures/cohere.ts';
import { windowOf } from '../../../model/src/architectures/sliding-window.ts';
import type { Value } from '../onnx/graph.ts';
import { add, mul, mulScalar, reshape } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import { type FrozenLayers, normOfHeads } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { selfAttention } from './self-attention.ts';

/** Command R and Aya (see `CohereConfig`). Matrices are stored [out, in], scales of heads' norms [heads, head size]. */
export function cohere(frozen: FrozenLayers, config: CohereConfig): Architecture {
  const { heads, keyValueHeads, headSize, layerNormEpsilon } = config;
  const rotary = new Rotary(config.rotary, { interleaved: true });
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, layerNormEpsilon);
  const headNorm = (x: Value, name: string) => {
    if (!config.normalisesHeads) return x;
    const normal = normOfHeads(x, headSize, (head) => frozen.plainLayerNorm(head, layerNormEpsilon));
    const width = x.shape[1] as number;
    return mul(normal, reshape(frozen.weight(`${name}.weight`), [width], x.graph.int([width])));
  };
  const attention = (name: string, index: number) => ({
    heads,
    keyValueHeads,
    rotary: config.unturned?.includes(index) ? undefined : rotary,
    window: windowOf(config.window, index),
    ...frozen.projections(name, headNorm),
  });

  const around = aroundLayers(frozen, config, (x) => norm(x, 'norm'));
  return {
    ...around,

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.input_layernorm`);
      const attended = selfAttention(normal, context, attention(`${name}.self_attn`, index));
      const after = add(context.wanted(x), frozen.linear(attended, `${name}.self_attn.o_proj`));
      return add(after, frozen.gated(context.wanted(normal), `${name}.mlp`, 'silu'));
    },

    logits: (x) => mulScalar(around.logits(x), config.logitScale),
  };
}
