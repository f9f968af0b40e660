import type { CohereConfig, CohereType } from '../../../model/src/architectures/cohere.ts';
import { windowOf } from '../../../model/src/architectures/sliding-window.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gemm, layerNormalization, mul, mulScalar, reshape, silu } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
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
  const { hidden, heads, keyValueHeads, headSize, layerNormEpsilon } = config;
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
    query: (x: Value) => headNorm(frozen.linear(x, `${name}.q_proj`), `${name}.q_norm`),
    key: (x: Value) => headNorm(frozen.linear(x, `${name}.k_proj`), `${name}.k_norm`),
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
      const normal = norm(x, `${name}.input_layernorm`);
      const attended = rotaryAttention(normal, context, attention(`${name}.self_attn`, index));
      const after = add(context.wanted(x), frozen.linear(attended, `${name}.self_attn.o_proj`));
      return add(after, frozen.gated(context.wanted(normal), `${name}.mlp`, silu));
    },

    logits(x) {
      const output = frozen.weight(config.tied ? 'embed_tokens.weight' : 'lm_head.weight');
      return mulScalar(gemm(norm(x, 'norm'), output, undefined, { transB: true }), config.logitScale);
    },
  };
}
