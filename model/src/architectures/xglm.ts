import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import { GELUS, type Gelu, unknownActivation } from './activations.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';
import { layerNormWeights, linearWeights, type NeededWeight } from './usual-weights.ts';

/** XGLM (Lin et al. 2022) as `XGLMForCausalLM` reads it. */
export interface XglmConfig extends CommonConfig {
  readonly modelType: 'xglm';
  readonly layers: number;
  readonly heads: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  readonly activation: 'relu' | Gelu;
  readonly layerNormEpsilon: number;
  readonly tied: boolean;
  readonly embeddingScale: number;
  /** The place, if any, to which the table of positions has zeros, as its row has the number of the token for padding. */
  readonly zeroPosition?: number;
}

const ACTIVATIONS: ReadonlyMap<string, XglmConfig['activation']> = new Map([['relu', 'relu'] as const, ...GELUS]);

/** The table of positions has rows in front that no token uses. */
export const XGLM_FIRST_POSITION = 2;

/** Switches of `XGLMConfig` that change the forward pass in a way that the engine does not follow. */
const UNSUPPORTED_FLAGS: readonly [name: string, what: () => string][] = [
  ['add_cross_attention', () => t('cross-attention')],
  ['is_encoder_decoder', () => t('an encoder beside the decoder')],
];

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: XglmConfig } | ConfigProblem {
  // Names and defaults are those of XGLMConfig, its attribute_map included, whose names count where there are both.
  const read = new ConfigReader(json);
  const hidden = read.size(['hidden_size', 'd_model'], 1024);
  const heads = read.size(['num_attention_heads', 'attention_heads'], 16);
  const activationName = read.text('activation_function', 'gelu');
  const activation = ACTIVATIONS.get(activationName);
  // Null is no padding, and so no such row; and the rows in front are no token's.
  const padding = (json.pad_token_id === null ? 0 : read.count('pad_token_id', 1)) - XGLM_FIRST_POSITION;
  const flags = UNSUPPORTED_FLAGS.filter(([name]) => read.flag(name, false));
  const config: XglmConfig = {
    modelType: 'xglm',
    vocabSize: read.size(['vocab_size'], 256_008),
    hidden,
    layers: read.layers(['num_hidden_layers', 'num_layers'], 24),
    heads,
    inner: read.size(['ffn_dim'], 4096),
    maxPositions: read.size(['max_position_embeddings'], 2048),
    activation: activation ?? 'gelu',
    layerNormEpsilon: 1e-5,
    tied: read.flag('tie_word_embeddings', true),
    embeddingScale: read.flag('scale_embedding', true) ? Math.sqrt(hidden) : 1,
    ...(padding < 0 ? {} : { zeroPosition: padding }),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if (!activation) return unknownActivation('activation_function', activationName, ACTIVATIONS);
  if (flags[0]) return { kind: 'unsupported', reason: `${flags[0][1]()} ('${flags[0][0]}')` };
  if (hidden % heads !== 0) {
    const problem = t('config.json: hidden_size {0} is not a multiple of num_attention_heads {1}', hidden, heads);
    return { kind: 'broken', problem };
  }
  if (hidden % 2 !== 0 || hidden < 4) {
    const problem = t(
      'config.json: sines and cosines of positions need a hidden_size that is even and at least 4, not {0}',
      hidden,
    );
    return { kind: 'broken', problem };
  }
  return { config };
}

function* neededWeights(config: XglmConfig): Iterable<NeededWeight> {
  const { hidden, inner } = config;
  yield ['embed_tokens.weight', [config.vocabSize, hidden]];
  if (!config.tied) yield ['lm_head.weight', [config.vocabSize, hidden]];
  const norms = ['layer_norm'];
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    norms.push(`${at}.self_attn_layer_norm`, `${at}.final_layer_norm`);
    yield* linearWeights(`${at}.self_attn.q_proj`, hidden, hidden);
    yield* linearWeights(`${at}.self_attn.k_proj`, hidden, hidden);
    yield* linearWeights(`${at}.self_attn.v_proj`, hidden, hidden);
    yield* linearWeights(`${at}.self_attn.out_proj`, hidden, hidden);
    yield* linearWeights(`${at}.fc1`, inner, hidden);
    yield* linearWeights(`${at}.fc2`, hidden, inner);
  }
  for (const norm of norms) yield* layerNormWeights(norm, hidden);
}

export const xglm: Architecture<XglmConfig> = {
  modelType: 'xglm',
  wordEmbeddings: 'embed_tokens.weight',
  outputProjection: 'lm_head.weight',
  parseConfig,
  normaliseName: (name) => name.replace(/^model\./, ''),
  neededWeights,
};
