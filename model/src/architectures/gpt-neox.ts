import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import { GELUS, type Gelu, unknownActivation } from './activations.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';
import { type RotaryConfig, readRotary } from './rotary.ts';
import { layerNormWeights, linearWeights, type NeededWeight } from './usual-weights.ts';

/** GPT-NeoX (Black et al. 2022), of which Pythia is the best known, as `GPTNeoXForCausalLM` reads it. */
export interface GptNeoxConfig extends CommonConfig {
  readonly modelType: 'gpt_neox';
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  readonly activation: Gelu;
  readonly layerNormEpsilon: number;
  readonly rotary: RotaryConfig;
  readonly tied: boolean;
  /** Whether attention and feed-forward layer both read the layer's input, and their outputs are added to it. */
  readonly parallelResidual: boolean;
  readonly attentionBias: boolean;
}

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: GptNeoxConfig } | ConfigProblem {
  const read = new ConfigReader(json);
  const hidden = read.size(['hidden_size'], 6144);
  const heads = read.size(['num_attention_heads'], 64);
  const headSize = Math.floor(hidden / heads);
  const maxPositions = read.size(['max_position_embeddings'], 2048);
  const activationName = read.text('hidden_act', 'gelu');
  const activation = GELUS.get(activationName);
  const rotary = readRotary(json, read, {
    headSize,
    maxPositions,
    defaultTurnedShare: 0.25,
    outerNames: { base: 'rotary_emb_base', turnedShare: 'rotary_pct' },
  });
  const config = {
    modelType: 'gpt_neox' as const,
    vocabSize: read.size(['vocab_size'], 50432),
    hidden,
    layers: read.layers(['num_hidden_layers'], 44),
    heads,
    headSize,
    inner: read.size(['intermediate_size'], 24576),
    maxPositions,
    activation: activation ?? 'gelu',
    layerNormEpsilon: read.positive('layer_norm_eps', 1e-5),
    tied: read.flag('tie_word_embeddings', false),
    parallelResidual: read.flag('use_parallel_residual', true),
    attentionBias: read.flag('attention_bias', true),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if ('reason' in rotary) return { kind: 'unsupported', reason: rotary.reason };
  if (!activation) return unknownActivation('hidden_act', activationName, GELUS);
  if (hidden % heads !== 0) {
    const problem = t('config.json: hidden_size {0} is not a multiple of num_attention_heads {1}', hidden, heads);
    return { kind: 'broken', problem };
  }
  return { config: { ...config, rotary: rotary.rotary } };
}

function* neededWeights(config: GptNeoxConfig): Iterable<NeededWeight> {
  const { hidden, inner } = config;
  yield ['embed_in.weight', [config.vocabSize, hidden]];
  yield* layerNormWeights('final_layer_norm', hidden);
  if (!config.tied) yield ['embed_out.weight', [config.vocabSize, hidden]];
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    yield* layerNormWeights(`${at}.input_layernorm`, hidden);
    yield* layerNormWeights(`${at}.post_attention_layernorm`, hidden);
    yield* linearWeights(`${at}.attention.query_key_value`, 3 * hidden, hidden, config.attentionBias);
    yield* linearWeights(`${at}.attention.dense`, hidden, hidden, config.attentionBias);
    yield* linearWeights(`${at}.mlp.dense_h_to_4h`, inner, hidden);
    yield* linearWeights(`${at}.mlp.dense_4h_to_h`, hidden, inner);
  }
}

export const gptNeox: Architecture<GptNeoxConfig> = {
  modelType: 'gpt_neox',
  wordEmbeddings: 'embed_in.weight',
  outputProjection: 'embed_out.weight',
  parseConfig,
  normaliseName: (name) => name.replace(/^gpt_neox\./, ''),
  neededWeights,
};
