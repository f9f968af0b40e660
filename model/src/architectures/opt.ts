import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import { GELUS, type Gelu, unknownActivation } from './activations.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';
import { layerNormWeights, linearWeights, type NeededWeight } from './usual-weights.ts';

/** OPT (Zhang et al. 2022) as `OPTForCausalLM` reads it. `hidden` is the width of a word embedding. */
export interface OptConfig extends CommonConfig {
  readonly modelType: 'opt';
  readonly layers: number;
  readonly heads: number;
  /** Width of what goes through the layers; word embeddings of another width are projected to it and back. */
  readonly width: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  readonly activation: 'relu' | Gelu;
  readonly layerNormEpsilon: number;
  readonly tied: boolean;
  /** Whether the halves of a layer normalise what they read; else what they add to (OPT 350m). */
  readonly normalisesBefore: boolean;
  /** Whether what the last layer gives is normalised. */
  readonly finalNorm: boolean;
  readonly biases: boolean;
  /** Whether norms have weights and biases. */
  readonly learntNorms: boolean;
}

const ACTIVATIONS: ReadonlyMap<string, OptConfig['activation']> = new Map([['relu', 'relu'] as const, ...GELUS]);

/** The table of positions has rows in front that no token uses. */
export const OPT_FIRST_POSITION = 2;

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: OptConfig } | ConfigProblem {
  const read = new ConfigReader(json);
  const width = read.size(['hidden_size'], 768);
  const heads = read.size(['num_attention_heads'], 12);
  const activationName = read.text('activation_function', 'relu');
  const activation = ACTIVATIONS.get(activationName);
  const normalisesBefore = read.flag('do_layer_norm_before', true);
  const config: OptConfig = {
    modelType: 'opt',
    vocabSize: read.size(['vocab_size'], 50272),
    hidden: read.size(['word_embed_proj_dim'], width),
    layers: read.layers(['num_hidden_layers'], 12),
    heads,
    width,
    inner: read.size(['ffn_dim'], 3072),
    maxPositions: read.size(['max_position_embeddings'], 2048),
    activation: activation ?? 'relu',
    layerNormEpsilon: 1e-5,
    tied: read.flag('tie_word_embeddings', true),
    normalisesBefore,
    finalNorm: normalisesBefore && !read.flag('_remove_final_layer_norm', false),
    biases: read.flag('enable_bias', true),
    learntNorms: read.flag('layer_norm_elementwise_affine', true),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if (!activation) return unknownActivation('activation_function', activationName, ACTIVATIONS);
  if (width % heads !== 0) {
    const problem = t('config.json: hidden_size {0} is not a multiple of num_attention_heads {1}', width, heads);
    return { kind: 'broken', problem };
  }
  return { config };
}

function* neededWeights(config: OptConfig): Iterable<NeededWeight> {
  const { hidden, width, inner } = config;
  yield ['embed_tokens.weight', [config.vocabSize, hidden]];
  yield ['embed_positions.weight', [config.maxPositions + OPT_FIRST_POSITION, width]];
  if (hidden !== width) {
    yield ['project_in.weight', [width, hidden]];
    yield ['project_out.weight', [hidden, width]];
  }
  if (!config.tied) yield ['lm_head.weight', [config.vocabSize, hidden]];
  const norms = config.finalNorm ? ['final_layer_norm'] : [];
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    norms.push(`${at}.self_attn_layer_norm`, `${at}.final_layer_norm`);
    yield* linearWeights(`${at}.self_attn.q_proj`, width, width, config.biases);
    yield* linearWeights(`${at}.self_attn.k_proj`, width, width, config.biases);
    yield* linearWeights(`${at}.self_attn.v_proj`, width, width, config.biases);
    yield* linearWeights(`${at}.self_attn.out_proj`, width, width, config.biases);
    yield* linearWeights(`${at}.fc1`, inner, width, config.biases);
    yield* linearWeights(`${at}.fc2`, width, inner, config.biases);
  }
  if (!config.learntNorms) return;
  for (const norm of norms) yield* layerNormWeights(norm, width);
}

export const opt: Architecture<OptConfig> = {
  modelType: 'opt',
  wordEmbeddings: 'embed_tokens.weight',
  outputProjection: 'lm_head.weight',
  parseConfig,
  normaliseName: (name) => name.replace(/^(model\.)?decoder\./, ''),
  neededWeights,
};
