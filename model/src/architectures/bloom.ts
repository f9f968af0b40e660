import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';
import { layerNormWeights, linearWeights, type NeededWeight } from './usual-weights.ts';

/** BLOOM (BigScience 2022) as `BloomForCausalLM` reads it. */
export interface BloomConfig extends CommonConfig {
  readonly modelType: 'bloom';
  readonly layers: number;
  readonly heads: number;
  readonly layerNormEpsilon: number;
  readonly tied: boolean;
  /** Whether the halves of a layer add to what they normalised; else to what it was before. */
  readonly addsToNormal: boolean;
}

/** As long as the rows that they were trained with; BLOOM's positions have no end of their own. */
const USUAL_LENGTH = 2048;

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: BloomConfig } | ConfigProblem {
  // `slow_but_exact` and `pretraining_tp` are about the order of a sum.
  const read = new ConfigReader(json);
  const config: BloomConfig = {
    modelType: 'bloom',
    vocabSize: read.size(['vocab_size'], 250_880),
    hidden: read.size(['n_embed', 'hidden_size'], 64),
    layers: read.layers(['num_hidden_layers', 'n_layer'], 2),
    heads: read.size(['num_attention_heads', 'n_head'], 8),
    maxPositions: read.size(['seq_length'], USUAL_LENGTH),
    layerNormEpsilon: read.positive('layer_norm_epsilon', 1e-5),
    tied: read.flag('tie_word_embeddings', true),
    addsToNormal: read.flag('apply_residual_connection_post_layernorm', false),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  const { hidden, heads } = config;
  if (hidden % heads !== 0) {
    const problem = t('config.json: hidden_size {0} is not a multiple of num_attention_heads {1}', hidden, heads);
    return { kind: 'broken', problem };
  }
  return { config };
}

function* neededWeights(config: BloomConfig): Iterable<NeededWeight> {
  const { hidden } = config;
  yield ['word_embeddings.weight', [config.vocabSize, hidden]];
  if (!config.tied) yield ['lm_head.weight', [config.vocabSize, hidden]];
  const norms = ['word_embeddings_layernorm', 'ln_f'];
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `h.${layer}`;
    norms.push(`${at}.input_layernorm`, `${at}.post_attention_layernorm`);
    yield* linearWeights(`${at}.self_attention.query_key_value`, 3 * hidden, hidden);
    yield* linearWeights(`${at}.self_attention.dense`, hidden, hidden);
    yield* linearWeights(`${at}.mlp.dense_h_to_4h`, 4 * hidden, hidden);
    yield* linearWeights(`${at}.mlp.dense_4h_to_h`, hidden, 4 * hidden);
  }
  for (const norm of norms) yield* layerNormWeights(norm, hidden);
}

export const bloom: Architecture<BloomConfig> = {
  modelType: 'bloom',
  wordEmbeddings: 'word_embeddings.weight',
  outputProjection: 'lm_head.weight',
  parseConfig,
  normaliseName: (name) => name.replace(/^transformer\./, ''),
  neededWeights,
};
