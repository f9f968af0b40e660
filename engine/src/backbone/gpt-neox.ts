import type { GptNeoxConfig } from '../../../model/src/architectures/gpt-neox.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gelu, gemm } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import type { HeadGroup, Projection } from './attention.ts';
import { FrozenLayers } from './frozen-layers.ts';
import { fusedHeads } from './fused-heads.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import type { Weights } from './weights.ts';

/**
 * GPT-NeoX and Pythia: attention and feed-forward layer side by side, rotary positions for a part of each head, and one
 * projection in which each head's query, key and value stand together. Matrices are stored [out, in].
 */
export function gptNeox(graph: Graph, config: GptNeoxConfig, weights: Weights): Architecture {
  const { hidden, heads, headSize } = config;
  const rotary = new Rotary(config.rotary);
  const frozen = new FrozenLayers(graph, weights);
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);
  const projection = (role: HeadGroup['role'], value: Value): Projection => ({ value, groups: [{ role, heads }] });
  const feedForward = (x: Value, name: string) => {
    const inner = frozen.linear(norm(x, `${name}.post_attention_layernorm`), `${name}.mlp.dense_h_to_4h`);
    return frozen.linear(gelu(inner, config.activation === 'gelu_new' ? 'tanh' : 'none'), `${name}.mlp.dense_4h_to_h`);
  };
  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => gather(frozen.weight('embed_in.weight'), ids),
    position: (x) => x,

    layer(index, parts, { attend, positions, wanted, wantedPositions }) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const projected = frozen.linear(norm(x, `${name}.input_layernorm`), `${name}.attention.query_key_value`);
      const [query, key, value] = fusedHeads(projected, heads, headSize);
      const attended = attend([
        projection('query', rotary.turn(wanted(query), wantedPositions, heads)),
        projection('key', rotary.turn(key, positions, heads)),
        projection('value', value),
      ]);
      const before = wanted(x);
      const after = add(before, frozen.linear(attended, `${name}.attention.dense`));
      return add(after, feedForward(config.parallelResidual ? before : after, name));
    },

    logits(x) {
      const output = config.tied ? frozen.weight('embed_in.weight') : frozen.weight('embed_out.weight');
      return gemm(norm(x, 'final_layer_norm'), output, undefined, { transB: true });
    },
  };
}
