import { SILUS } from './activations.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import {
  attentionWeights,
  gatedWeights,
  headNormWeights,
  LLAMA_NAMES,
  outerWeights,
  readSizes,
} from './grouped-decoder.ts';
import { readRotary } from './rotary.ts';
import { inLayers } from './usual-weights.ts';

/**
 * OLMo 2 (OLMo Team 2025) as `Olmo2ForCausalLM` reads it: as Llama, but with norms behind a layer's halves, not in front of them,
 * and others over the queries of all heads, and over their keys.
 */
export const olmo2 = architecture({
  modelType: 'olmo2',
  graph: 'olmo2',
  ...LLAMA_NAMES,

  settings(read) {
    const sizes = readSizes(read, {
      ...{ vocabSize: 50_304, hidden: 4096, layers: 32, heads: 32, inner: 11_008, maxPositions: 2048 },
    });
    const rotary = readRotary(read, sizes);
    read.choice('hidden_act', 'silu', SILUS);
    return {
      ...sizes,
      rotary,
      rmsNormEpsilon: read.positive('rms_norm_eps', 1e-5),
      tied: read.flag('tie_word_embeddings', false),
      attentionBias: read.flag('attention_bias', false),
    };
  },

  *neededWeights(config) {
    const { hidden, layers, heads, keyValueHeads, headSize, inner } = config;
    yield* outerWeights(config);
    yield* inLayers('layers', layers, [
      ...attentionWeights(config, config.attentionBias),
      ...headNormWeights([heads * headSize], [keyValueHeads * headSize]),
      ['post_attention_layernorm.weight', [hidden]],
      ...gatedWeights(hidden, inner),
      ['post_feedforward_layernorm.weight', [hidden]],
    ]);
  },
});

export type Olmo2Config = ConfigOf<typeof olmo2>;
