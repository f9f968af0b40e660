import type { Gpt2Config } from '../../../model/src/architectures/gpt2.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gelu, gemm, layerNormalization, slice } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import type { HeadGroup, Projection } from './attention.ts';
import { stacked } from './packed-tokens.ts';
import type { Weights } from './weights.ts';

/**
 * GPT-2 (Radford et al. 2019): pre-norm layers, learned positions, one fused projection for queries, keys and values.
 * Its matrices are stored [in, out] (`Conv1D` in Hugging Face's code), the embeddings [vocab, hidden].
 */
export function gpt2(graph: Graph, config: Gpt2Config, weights: Weights): Architecture {
  const { hidden, heads } = config;
  const weight = (name: string) => weights.get(graph, name);
  const linear = (x: Value, name: string) => gemm(x, weight(`${name}.weight`), weight(`${name}.bias`));
  const norm = (x: Value, name: string) =>
    layerNormalization(x, weight(`${name}.weight`), weight(`${name}.bias`), config.layerNormEpsilon)[0];
  const feedForward = (x: Value, name: string) => {
    const inner = linear(norm(x, `${name}.ln_2`), `${name}.mlp.c_fc`);
    const activated = gelu(inner, config.activation === 'gelu_new' ? 'tanh' : 'none');
    return add(x, linear(activated, `${name}.mlp.c_proj`));
  };
  /** Columns [start, end) of the fused projection. */
  const columns = (x: Value, name: string, start: number, end: number) =>
    gemm(x, slice(weight(`${name}.weight`), 1, start, end), slice(weight(`${name}.bias`), 0, start, end));

  const query: HeadGroup = { role: 'query', heads };
  const keyAndValue: HeadGroup[] = [
    { role: 'key', heads },
    { role: 'value', heads },
  ];
  const together = (parts: readonly Value[], name: string): Projection[] => {
    const projected = parts.map((part) => linear(norm(part, `${name}.ln_1`), `${name}.attn.c_attn`));
    return [{ value: stacked(projected), groups: [query, ...keyAndValue] }];
  };
  /** Queries of the wanted rows only, and keys and values of all. */
  const apart = (x: Value, wanted: (x: Value) => Value, name: string): Projection[] => {
    const normal = norm(x, `${name}.ln_1`);
    return [
      { value: columns(wanted(normal), `${name}.attn.c_attn`, 0, hidden), groups: [query] },
      { value: columns(normal, `${name}.attn.c_attn`, hidden, 3 * hidden), groups: keyAndValue },
    ];
  };

  const scale = config.scaleAttention ? 1 / Math.sqrt(hidden / heads) : 1;
  const byLayer = Array.from({ length: config.layers }, (_, layer) => scale / (layer + 1));

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize: hidden / heads,
    attentionScale: config.scaleAttentionByLayer ? byLayer : scale,
    embed: (ids) => gather(weight('wte.weight'), ids),
    position: (x, positions) => add(x, gather(weight('wpe.weight'), positions)),

    layer(index, parts, { attend, wanted, allWanted }) {
      const name = `h.${index}`;
      const x = stacked(parts);
      const projections = allWanted ? together(parts, name) : apart(x, wanted, name);
      return feedForward(add(wanted(x), linear(attend(projections), `${name}.attn.c_proj`)), name);
    },

    logits(x) {
      const output = config.tied ? weight('wte.weight') : weight('lm_head.weight');
      return gemm(norm(x, 'ln_f'), output, undefined, { transB: true });
    },
  };
}
