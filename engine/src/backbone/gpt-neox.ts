import type { GptNeoxConfig } from '../../../model/src/architectures/gpt-neox.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gelu, gemm, layerNormalization, reshape, split, transpose } from '../onnx/operators.ts';
import type { Architecture, Attend } from './architecture.ts';
import type { HeadGroup, Projection } from './attention.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import type { FrozenWeights } from './weights.ts';

/**
 * GPT-NeoX and Pythia: attention and feed-forward layer side by side, rotary positions for a part of each head, and one
 * projection in which each head's query, key and value stand together. Matrices are stored [out, in].
 */
export function gptNeox(graph: Graph, config: GptNeoxConfig, weights: FrozenWeights): Architecture {
  const { hidden, heads, headSize } = config;
  const rotary = new Rotary(config.rotary);
  const weight = (name: string) => weights.get(graph, name);
  const linear = (x: Value, name: string) => {
    const bias = weights.has(`${name}.bias`) ? weight(`${name}.bias`) : undefined;
    return gemm(x, weight(`${name}.weight`), bias, { transB: true });
  };
  const norm = (x: Value, name: string) =>
    layerNormalization(x, weight(`${name}.weight`), weight(`${name}.bias`), config.layerNormEpsilon)[0];
  /** [n, heads · (query, key, value)] → queries, keys and values, [n, hidden] each. */
  const apart = (projected: Value): Value[] => {
    const n = projected.shape[0]!;
    const byHead = reshape(projected, [n, heads, 3, headSize], graph.int([-1, heads, 3, headSize]));
    return split(transpose(byHead, [2, 0, 1, 3]), 0, [1, 1, 1]).map((part) =>
      reshape(part, [n, hidden], graph.int([-1, hidden])),
    );
  };
  const projection = (role: HeadGroup['role'], value: Value): Projection => ({ value, groups: [{ role, heads }] });
  const feedForward = (x: Value, name: string) => {
    const inner = linear(norm(x, `${name}.post_attention_layernorm`), `${name}.mlp.dense_h_to_4h`);
    return linear(gelu(inner, config.activation === 'gelu_new' ? 'tanh' : 'none'), `${name}.mlp.dense_4h_to_h`);
  };
  const attention = (
    x: Value,
    name: string,
    { attend, positions, queryPositions, select }: Parameters<Architecture['lastLayer']>[2],
    querySet: Parameters<Attend>[1],
  ) => {
    const projected = linear(norm(x, `${name}.input_layernorm`), `${name}.attention.query_key_value`);
    const [query, key, value] = apart(projected) as [Value, Value, Value];
    const projections = [
      projection('query', rotary.turn(select(query), queryPositions, heads)),
      projection('key', rotary.turn(key, positions, heads)),
      projection('value', value),
    ];
    return linear(attend(projections, querySet), `${name}.attention.dense`);
  };
  const layer = (x: Value, attended: Value, name: string) => {
    const after = add(x, attended);
    return add(after, feedForward(config.parallelResidual ? x : after, name));
  };

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => gather(weight('embed_in.weight'), ids),
    position: (x) => x,

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const all = { ...context, select: (rows: Value) => rows, queryPositions: context.positions };
      return layer(x, attention(x, name, all, 'tokens'), name);
    },

    lastLayer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      return layer(context.select(x), attention(x, name, context, 'queries'), name);
    },

    logits(x) {
      const output = config.tied ? weight('embed_in.weight') : weight('embed_out.weight');
      return gemm(norm(x, 'final_layer_norm'), output, undefined, { transB: true });
    },
  };
}
