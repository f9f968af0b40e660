import type { BloomConfig } from '../../../model/src/architectures/bloom.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gelu, gemm } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { FrozenLayers } from './frozen-layers.ts';
import { fusedHeads } from './fused-heads.ts';
import { stacked } from './packed-tokens.ts';
import type { Weights } from './weights.ts';

/** BLOOM (see `BloomConfig`): embeddings are normalised, and attention leans to what stands near. Matrices are [out, in]. */
export function bloom(graph: Graph, config: BloomConfig, weights: Weights): Architecture {
  const { hidden, heads } = config;
  const headSize = hidden / heads;
  const frozen = new FrozenLayers(graph, weights);
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    slopes: alibiSlopes(heads),
    embed: (ids) => gather(frozen.weight('word_embeddings.weight'), ids),
    // Of virtual tokens, too: transformers normalises whatever embeddings it is given.
    position: (x) => norm(x, 'word_embeddings_layernorm'),

    layer(index, parts, { attend, wanted }) {
      const name = `h.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.input_layernorm`);
      const projected = frozen.linear(normal, `${name}.self_attention.query_key_value`);
      const [query, key, value] = fusedHeads(projected, heads, headSize);
      const attended = attend([
        { value: wanted(query), groups: [{ role: 'query', heads }] },
        { value: key, groups: [{ role: 'key', heads }] },
        { value, groups: [{ role: 'value', heads }] },
      ]);
      const before = wanted(config.addsToNormal ? normal : x);
      const middle = add(before, frozen.linear(attended, `${name}.self_attention.dense`));
      const normalMiddle = norm(middle, `${name}.post_attention_layernorm`);
      const inner = gelu(frozen.linear(normalMiddle, `${name}.mlp.dense_h_to_4h`), 'tanh');
      return add(config.addsToNormal ? normalMiddle : middle, frozen.linear(inner, `${name}.mlp.dense_4h_to_h`));
    },

    logits(x) {
      const output = frozen.weight(config.tied ? 'word_embeddings.weight' : 'lm_head.weight');
      return gemm(norm(x, 'ln_f'), output, undefined, { transB: true });
    },
  };
}

/**
 * A geometric series from 2^(−8 / heads) on (Press et al. 2022); where heads are no power of two, that of the next lower one, and
 * for the rest every second one of its double.
 */
export function alibiSlopes(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const series = (of: number, count: number, step: number) =>
    Array.from({ length: count }, (_, i) => 2 ** ((-8 / of) * (1 + i * step)));
  return [...series(power, power, 1), ...series(2 * power, heads - power, 2)];
}
