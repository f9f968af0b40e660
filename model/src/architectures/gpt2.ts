import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import { GELUS, type Gelu, unknownActivation } from './activations.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';

/** GPT-2 (Radford et al. 2019) as `GPT2LMHeadModel` of Hugging Face transformers reads it. */
export interface Gpt2Config extends CommonConfig {
  readonly modelType: 'gpt2';
  readonly layers: number;
  readonly heads: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  /** `gelu` is the exact one (with erf), `gelu_new` the tanh approximation. */
  readonly activation: Gelu;
  readonly layerNormEpsilon: number;
  /** Whether the output projection is the word embedding (`wte.weight`), else it is `lm_head.weight`. */
  readonly tied: boolean;
  /** Whether attention scores are divided by the square root of a head's width. */
  readonly scaleAttention: boolean;
  /** Whether those of layer n (from 0 on) are divided by n + 1 as well. */
  readonly scaleAttentionByLayer: boolean;
}

/**
 * Switches of `GPT2Config` that change the forward pass in a way that the engine does not follow. `reorder_and_upcast_attn` is none:
 * it asks for scores in float32, which they are here in whatever precision weights are stored (`"precision": "float16"` apart).
 */
const UNSUPPORTED_FLAGS: readonly [name: string, what: () => string][] = [
  ['add_cross_attention', () => t('cross-attention')],
  ['is_encoder_decoder', () => t('an encoder beside the decoder')],
];

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: Gpt2Config } | ConfigProblem {
  // Names and defaults are those of GPT2Config, its attribute_map included, whose names count where there are both.
  const read = new ConfigReader(json);
  const hidden = read.size(['hidden_size', 'n_embd'], 768);
  const activationName = read.text('activation_function', 'gelu_new');
  const activation = GELUS.get(activationName);
  const config: Gpt2Config = {
    modelType: 'gpt2',
    vocabSize: read.size(['vocab_size'], 50257),
    hidden,
    layers: read.layers(['num_hidden_layers', 'n_layer'], 12),
    heads: read.size(['num_attention_heads', 'n_head'], 12),
    inner: read.size(['n_inner'], 4 * hidden),
    maxPositions: read.size(['max_position_embeddings', 'n_positions', 'n_ctx'], 1024),
    activation: activation ?? 'gelu_new',
    layerNormEpsilon: read.positive('layer_norm_epsilon', 1e-5),
    tied: read.flag('tie_word_embeddings', true),
    scaleAttention: read.flag('scale_attn_weights', true),
    scaleAttentionByLayer: read.flag('scale_attn_by_inverse_layer_idx', false),
    ...extras,
  };
  const flags = UNSUPPORTED_FLAGS.filter(([name]) => read.flag(name, false));
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if (!activation) return unknownActivation('activation_function', activationName, GELUS);
  if (flags[0]) return { kind: 'unsupported', reason: `${flags[0][1]()} ('${flags[0][0]}')` };
  if (hidden % config.heads !== 0)
    return {
      kind: 'broken',
      problem: t('config.json: n_embd {0} is not a multiple of n_head {1}', hidden, config.heads),
    };
  return { config };
}

function* neededWeights(config: Gpt2Config): Iterable<readonly [string, readonly number[]]> {
  const { hidden, inner } = config;
  yield ['wte.weight', [config.vocabSize, hidden]];
  yield ['wpe.weight', [config.maxPositions, hidden]];
  yield ['ln_f.weight', [hidden]];
  yield ['ln_f.bias', [hidden]];
  if (!config.tied) yield ['lm_head.weight', [config.vocabSize, hidden]];
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `h.${layer}`;
    yield [`${at}.ln_1.weight`, [hidden]];
    yield [`${at}.ln_1.bias`, [hidden]];
    // Conv1D keeps its weight as [in, out]; queries, keys and values stand side by side.
    yield [`${at}.attn.c_attn.weight`, [hidden, 3 * hidden]];
    yield [`${at}.attn.c_attn.bias`, [3 * hidden]];
    yield [`${at}.attn.c_proj.weight`, [hidden, hidden]];
    yield [`${at}.attn.c_proj.bias`, [hidden]];
    yield [`${at}.ln_2.weight`, [hidden]];
    yield [`${at}.ln_2.bias`, [hidden]];
    yield [`${at}.mlp.c_fc.weight`, [hidden, inner]];
    yield [`${at}.mlp.c_fc.bias`, [inner]];
    yield [`${at}.mlp.c_proj.weight`, [inner, hidden]];
    yield [`${at}.mlp.c_proj.bias`, [hidden]];
  }
}

export const gpt2: Architecture<Gpt2Config> = {
  modelType: 'gpt2',
  wordEmbeddings: 'wte.weight',
  outputProjection: 'lm_head.weight',
  parseConfig,
  normaliseName: (name) => name.replace(/^transformer\./, ''),
  neededWeights,
};
