import type { GptjConfig } from '../../../model/src/architectures/gptj.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gelu, gemm } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { rotaryAttention } from './rotary-attention.ts';
import type { Weights } from './weights.ts';

/**
 * GPT-J: attention and feed-forward layer side by side behind one norm, neighbouring entries turned in a part of each head, and
 * biases in the feed-forward layer and behind the output projection. Matrices are stored [out, in].
 */
export function gptj(graph: Graph, config: GptjConfig, weights: Weights): Architecture {
  const { hidden, heads, headSize } = config;
  const rotary = new Rotary(config.rotary, { interleaved: true });
  const frozen = new FrozenLayers(graph, weights);
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);
  const feedForward = (x: Value, name: string) => {
    const inner = gelu(frozen.linear(x, `${name}.fc_in`), config.activation === 'gelu_new' ? 'tanh' : 'none');
    return frozen.linear(inner, `${name}.fc_out`);
  };

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => gather(frozen.weight('wte.weight'), ids),
    position: (x) => x,

    layer(index, parts, context) {
      const name = `h.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.ln_1`);
      const projections = frozen.projections(`${name}.attn`);
      const attended = rotaryAttention(normal, context, { heads, keyValueHeads: heads, rotary, ...projections });
      const after = add(context.wanted(x), frozen.linear(attended, `${name}.attn.out_proj`));
      return add(after, feedForward(context.wanted(normal), `${name}.mlp`));
    },

    logits(x) {
      const output = frozen.weight(config.tied ? 'wte.weight' : 'lm_head.weight');
      return gemm(norm(x, 'ln_f'), output, frozen.weight('lm_head.bias'), { transB: true });
    },
  };
}
