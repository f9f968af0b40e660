import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import { GELUS, type Gelu, unknownActivation } from './activations.ts';
import type { Architecture, CommonConfig, ConfigExtras, ConfigProblem } from './architecture.ts';
import { ConfigReader } from './config-reader.ts';
import { type RotaryConfig, readPlainRotary } from './rotary.ts';
import { layerNormWeights, linearWeights, type NeededWeight } from './usual-weights.ts';

/** GPT-J (Wang & Komatsuzaki 2021) as `GPTJForCausalLM` reads it. */
export interface GptjConfig extends CommonConfig {
  readonly modelType: 'gptj';
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  readonly activation: Gelu;
  readonly layerNormEpsilon: number;
  readonly rotary: RotaryConfig;
  readonly tied: boolean;
}

function parseConfig(json: JsonObject, extras: ConfigExtras): { config: GptjConfig } | ConfigProblem {
  // Names and defaults are those of GPTJConfig, its attribute_map included, whose names count where there are both.
  const read = new ConfigReader(json);
  const hidden = read.size(['hidden_size', 'n_embd'], 4096);
  const heads = read.size(['num_attention_heads', 'n_head'], 16);
  const headSize = Math.floor(hidden / heads);
  const turned = read.size(['rotary_dim'], 64);
  const activationName = read.text('activation_function', 'gelu_new');
  const activation = GELUS.get(activationName);
  const config: GptjConfig = {
    modelType: 'gptj',
    vocabSize: read.size(['vocab_size'], 50_400),
    hidden,
    layers: read.layers(['num_hidden_layers', 'n_layer'], 28),
    heads,
    headSize,
    inner: read.size(['n_inner'], 4 * hidden),
    maxPositions: read.size(['max_position_embeddings', 'n_positions'], 2048),
    activation: activation ?? 'gelu_new',
    layerNormEpsilon: read.positive('layer_norm_epsilon', 1e-5),
    rotary: readPlainRotary(read, { base: 10_000, turned, headSize }),
    tied: read.flag('tie_word_embeddings', false),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if (!activation) return unknownActivation('activation_function', activationName, GELUS);
  if (hidden % heads !== 0) {
    const problem = t('config.json: n_embd {0} is not a multiple of n_head {1}', hidden, heads);
    return { kind: 'broken', problem };
  }
  if (turned % 2 !== 0)
    return { kind: 'broken', problem: t('config.json: rotary_dim {0} is odd, and entries turn in pairs', turned) };
  return { config };
}

function* neededWeights(config: GptjConfig): Iterable<NeededWeight> {
  const { hidden, inner } = config;
  yield ['wte.weight', [config.vocabSize, hidden]];
  yield* layerNormWeights('ln_f', hidden);
  if (!config.tied) yield ['lm_head.weight', [config.vocabSize, hidden]];
  yield ['lm_head.bias', [config.vocabSize]];
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `h.${layer}`;
    yield* layerNormWeights(`${at}.ln_1`, hidden);
    for (const role of ['q', 'k', 'v', 'out']) yield* linearWeights(`${at}.attn.${role}_proj`, hidden, hidden, false);
    yield* linearWeights(`${at}.mlp.fc_in`, inner, hidden);
    yield* linearWeights(`${at}.mlp.fc_out`, hidden, inner);
  }
}

export const gptj: Architecture<GptjConfig> = {
  modelType: 'gptj',
  wordEmbeddings: 'wte.weight',
  outputProjection: 'lm_head.weight',
  parseConfig,
  normaliseName: (name) => name.replace(/^transformer\./, ''),
  neededWeights,
};
