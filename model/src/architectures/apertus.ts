import { isJsonObject, type JsonObject } from '../json.ts';
import { unknownActivation } from './activations.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';
import {
  attentionWeights,
  type GroupedDecoder,
  LLAMA_NAMES,
  outerWeights,
  readSizes,
  unevenGroups,
} from './grouped-decoder.ts';
import { type RotaryConfig, readRotary } from './rotary.ts';
import { linearWeights, type NeededWeight } from './usual-weights.ts';

/**
 * Apertus (Swiss AI 2025) as `ApertusForCausalLM` reads it: as Llama, but with normalised heads, and a feed-forward layer without
 * a gate, whose activation, xIELU (Huang & Schlag 2024), has two weights in each layer.
 */
export interface ApertusConfig extends CommonConfig, GroupedDecoder {
  readonly modelType: 'apertus';
  readonly rmsNormEpsilon: number;
  readonly rotary: RotaryConfig;
  readonly tied: boolean;
  readonly attentionBias: boolean;
}

const XIELU: ReadonlyMap<string, 'xielu'> = new Map([['xielu', 'xielu']]);

const ROTARY_BASE = 12_000_000;

/** Positions where a file has no settings of them; a base outside the settings then does not count. */
const USUAL_POSITIONS = {
  rope_type: 'llama3',
  rope_theta: ROTARY_BASE,
  factor: 8,
  original_max_position_embeddings: 8192,
  low_freq_factor: 1,
  high_freq_factor: 4,
};

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: ApertusConfig } | ConfigProblem {
  const read = new ConfigReader(json);
  const sizes = readSizes(json, read, {
    ...{ vocabSize: 131_072, hidden: 4096, layers: 32, heads: 32, inner: 14_336, maxPositions: 65_536 },
  });
  const hasPositions = isJsonObject(json.rope_parameters) || isJsonObject(json.rope_scaling);
  const positions = hasPositions ? json : { ...json, rope_parameters: USUAL_POSITIONS };
  const rotary = readRotary(positions, read, { ...sizes, defaultBase: ROTARY_BASE });
  const activation = read.text('hidden_act', 'xielu');
  const config = {
    modelType: 'apertus' as const,
    ...sizes,
    rmsNormEpsilon: read.positive('rms_norm_eps', 1e-5),
    tied: read.flag('tie_word_embeddings', false),
    attentionBias: read.flag('attention_bias', false),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if ('reason' in rotary) return { kind: 'unsupported', reason: rotary.reason };
  if (!XIELU.has(activation)) return unknownActivation('hidden_act', activation, XIELU);
  return unevenGroups(config) ?? { config: { ...config, rotary: rotary.rotary } };
}

function* neededWeights(config: ApertusConfig): Iterable<NeededWeight> {
  const { hidden, inner, headSize, attentionBias } = config;
  yield* outerWeights(config);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    yield [`${at}.attention_layernorm.weight`, [hidden]];
    yield [`${at}.feedforward_layernorm.weight`, [hidden]];
    yield* attentionWeights(`${at}.self_attn`, config, { queryKeyValue: attentionBias, output: attentionBias });
    yield [`${at}.self_attn.q_norm.weight`, [headSize]];
    yield [`${at}.self_attn.k_norm.weight`, [headSize]];
    yield* linearWeights(`${at}.mlp.up_proj`, inner, hidden, false);
    yield* linearWeights(`${at}.mlp.down_proj`, hidden, inner, false);
    yield [`${at}.mlp.act_fn.alpha_p`, [1]];
    yield [`${at}.mlp.act_fn.alpha_n`, [1]];
  }
}

export const apertus: Architecture<ApertusConfig> = {
  modelType: 'apertus',
  ...LLAMA_NAMES,
  parseConfig,
  neededWeights,
};
