import type { JsonObject } from '../json.ts';
import { SILUS, unknownActivation } from './activations.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';
import {
  attentionWeights,
  type GroupedDecoder,
  gatedWeights,
  LLAMA_NAMES,
  outerWeights,
  readSizes,
  unevenGroups,
} from './grouped-decoder.ts';
import { type RotaryConfig, readRotary } from './rotary.ts';
import type { NeededWeight } from './usual-weights.ts';

/**
 * OLMo 2 (OLMo Team 2025) as `Olmo2ForCausalLM` reads it: as Llama, but with norms behind a layer's halves, not in front of them,
 * and others over the queries of all heads, and over their keys.
 */
export interface Olmo2Config extends CommonConfig, GroupedDecoder {
  readonly modelType: 'olmo2';
  readonly rmsNormEpsilon: number;
  readonly rotary: RotaryConfig;
  readonly tied: boolean;
  readonly attentionBias: boolean;
}

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: Olmo2Config } | ConfigProblem {
  const read = new ConfigReader(json);
  const sizes = readSizes(json, read, {
    ...{ vocabSize: 50_304, hidden: 4096, layers: 32, heads: 32, inner: 11_008, maxPositions: 2048 },
  });
  const rotary = readRotary(json, read, sizes);
  const activation = read.text('hidden_act', 'silu');
  const config = {
    modelType: 'olmo2' as const,
    ...sizes,
    rmsNormEpsilon: read.positive('rms_norm_eps', 1e-5),
    tied: read.flag('tie_word_embeddings', false),
    attentionBias: read.flag('attention_bias', false),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if ('reason' in rotary) return { kind: 'unsupported', reason: rotary.reason };
  if (!SILUS.has(activation)) return unknownActivation('hidden_act', activation, SILUS);
  return unevenGroups(config) ?? { config: { ...config, rotary: rotary.rotary } };
}

function* neededWeights(config: Olmo2Config): Iterable<NeededWeight> {
  const { hidden, headSize, attentionBias } = config;
  yield* outerWeights(config);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    yield* attentionWeights(`${at}.self_attn`, config, { queryKeyValue: attentionBias, output: attentionBias });
    yield [`${at}.self_attn.q_norm.weight`, [config.heads * headSize]];
    yield [`${at}.self_attn.k_norm.weight`, [config.keyValueHeads * headSize]];
    yield [`${at}.post_attention_layernorm.weight`, [hidden]];
    yield* gatedWeights(`${at}.mlp`, hidden, config.inner);
    yield [`${at}.post_feedforward_layernorm.weight`, [hidden]];
  }
}

export const olmo2: Architecture<Olmo2Config> = {
  modelType: 'olmo2',
  ...LLAMA_NAMES,
  parseConfig,
  neededWeights,
};
