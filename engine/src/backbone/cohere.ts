import type { CohereConfig, CohereType } from '../../../model/src/architectures/cohere.ts';
import { windowOf } from '../../../model/src/architectures/sliding-window.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, layerNormalization, mul, mulScalar, reshape, silu } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import { FrozenLayers, normOfHeads } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { rotaryAttention } from './rotary-attention.ts';
import type { Weights } from './weights.ts';

/** Command R and Aya (see `CohereConfig`). Matrices are stored [out, in], scales of heads' norms [heads, head size]. */
export function cohere<Type extends CohereType>(
  graph: Graph,
  config: CohereConfig<Type>,
  weights: Weights,
): Architecture {
  const { heads, keyValueHeads, headSize, layerNormEpsilon } = config;
  const rotary = new Rotary(config.rotary, { interleaved: true });
  const frozen = new FrozenLayers(graph, weights);
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, layerNormEpsilon);
  const same = (value: number) => graph.float(new Array<number>(headSize).fill(value), [headSize]);
  const headNorm = (x: Value, name: string) => {
    if (!config.normalisesHeads) return x;
    const normal = normOfHeads(x, headSize, (head) => layerNormalization(head, same(1), same(0), layerNormEpsilon)[0]);
    const width = x.shape[1] as number;
    return mul(normal, reshape(frozen.weight(`${name}.weight`), [width], graph.int([width])));
  };
  const attention = (name: string, index: number) => ({
    heads,
    keyValueHeads,
    rotary: config.unturned?.includes(index) ? undefined : rotary,
    window: windowOf(config.window, index),
    ...frozen.projections(name, headNorm),
  });

  const around = aroundLayers(frozen, config, norm);
  return {
    ...around,

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.input_layernorm`);
      const attended = rotaryAttention(normal, context, attention(`${name}.self_attn`, index));
      const after = add(context.wanted(x), frozen.linear(attended, `${name}.self_attn.o_proj`));
      return add(after, frozen.gated(context.wanted(normal), `${name}.mlp`, silu));
    },

    logits: (x) => mulScalar(around.logits(x), config.logitScale),
  };
}
