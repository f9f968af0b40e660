import type { LlamaConfig } from '../../../model/src/architectures/llama.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, gather, gemm, mul, reshape, rmsNormalization, silu } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import type { Projection } from './attention.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import type { Weights } from './weights.ts';

/**
 * Llama, Mistral, Qwen 2 and Qwen 3 (see `LlamaConfig`). Their matrices are stored [out, in] (`Linear` in Hugging Face's
 * code), the embeddings [vocab, hidden].
 */
export function llama(graph: Graph, config: LlamaConfig, weights: Weights): Architecture {
  const { hidden, heads, keyValueHeads, headSize } = config;
  const rotary = new Rotary(config.rotary);
  const weight = (name: string) => weights.get(graph, name);
  const linear = (x: Value, name: string) => {
    const bias = weights.has(`${name}.bias`) ? weight(`${name}.bias`) : undefined;
    return gemm(x, weight(`${name}.weight`), bias, { transB: true });
  };
  const norm = (x: Value, name: string) => rmsNormalization(x, weight(`${name}.weight`), config.rmsNormEpsilon)[0];
  /** Each head's entries normalised by themselves, where the model does that. */
  const headNorm = (x: Value, name: string): Value => {
    if (!config.normalisesHeads) return x;
    const [n, width] = x.shape as [string, number];
    const byHead = reshape(x, [`${n}*heads`, headSize], graph.int([-1, headSize]));
    return reshape(norm(byHead, name), [n, width], graph.int([-1, width]));
  };
  const query = (x: Value, positions: Value, name: string): Projection => {
    const projected = headNorm(linear(x, `${name}.q_proj`), `${name}.q_norm`);
    return { value: rotary.turn(projected, positions, heads), groups: [{ role: 'query', heads }] };
  };
  const keyAndValue = (x: Value, positions: Value, name: string): Projection[] => {
    const key = headNorm(linear(x, `${name}.k_proj`), `${name}.k_norm`);
    return [
      { value: rotary.turn(key, positions, keyValueHeads), groups: [{ role: 'key', heads: keyValueHeads }] },
      { value: linear(x, `${name}.v_proj`), groups: [{ role: 'value', heads: keyValueHeads }] },
    ];
  };
  const feedForward = (x: Value, name: string) => {
    const normal = norm(x, `${name}.post_attention_layernorm`);
    const gate = silu(linear(normal, `${name}.mlp.gate_proj`));
    return add(x, linear(mul(gate, linear(normal, `${name}.mlp.up_proj`)), `${name}.mlp.down_proj`));
  };

  return {
    layers: config.layers,
    hidden,
    vocabSize: config.vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => gather(weight('embed_tokens.weight'), ids),
    position: (x) => x,

    layer(index, parts, { attend, positions }) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.input_layernorm`);
      const projections = [
        query(normal, positions, `${name}.self_attn`),
        ...keyAndValue(normal, positions, `${name}.self_attn`),
      ];
      return feedForward(add(x, linear(attend(projections, 'tokens'), `${name}.self_attn.o_proj`)), name);
    },

    lastLayer(index, parts, { attend, positions, select, queryPositions }) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.input_layernorm`);
      const projections = [
        query(select(normal), queryPositions, `${name}.self_attn`),
        ...keyAndValue(normal, positions, `${name}.self_attn`),
      ];
      return feedForward(add(select(x), linear(attend(projections, 'queries'), `${name}.self_attn.o_proj`)), name);
    },

    logits(x) {
      const output = config.tied ? weight('embed_tokens.weight') : weight('lm_head.weight');
      return gemm(norm(x, 'norm'), output, undefined, { transB: true });
    },
  };
}
