import type { Gpt2Config } from '../../../model/src/architectures/gpt2.ts';
import type { Value } from '../onnx/graph.ts';
import { add, gather, gemm, slice } from '../onnx/operators.ts';
import { activate } from './activate.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import type { HeadGroup, Projection } from './attention.ts';
import type { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';

/**
 * GPT-2 (Radford et al. 2019): pre-norm layers, learned positions, one fused projection for queries, keys and values.
 * Its matrices are stored [in, out] (`Conv1D` in Hugging Face's code), the embeddings [vocab, hidden].
 */
export function gpt2(frozen: FrozenLayers, config: Gpt2Config): Architecture {
  const { hidden, heads } = config;
  const weight = (name: string) => frozen.weight(name);
  const linear = (x: Value, name: string) => gemm(x, weight(`${name}.weight`), weight(`${name}.bias`));
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);
  const feedForward = (x: Value, name: string) => {
    const inner = linear(norm(x, `${name}.ln_2`), `${name}.mlp.c_fc`);
    return add(x, linear(activate(inner, config.activation), `${name}.mlp.c_proj`));
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
    ...aroundLayers(frozen, { ...config, headSize: hidden / heads }, (x) => norm(x, 'ln_f')),
    attentionScale: config.scaleAttentionByLayer ? byLayer : scale,
    position: (x, positions) => add(x, gather(weight('wpe.weight'), positions)),

    layer(index, parts, { attend, wanted, allWanted }) {
      const name = `h.${index}`;
      const x = stacked(parts);
      const projections = allWanted ? together(parts, name) : apart(x, wanted, name);
      return feedForward(add(wanted(x), linear(attend(projections), `${name}.attn.c_proj`)), name);
    },
  };
}
