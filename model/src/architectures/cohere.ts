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
import { readSlidingLayers, readSlidingWindow, type SlidingWindow } from './sliding-window.ts';
import type { NeededWeight } from './usual-weights.ts';

export type CohereType = 'cohere' | 'cohere2';

/**
 * Command R and Aya (Cohere 2024, 2025) as `CohereForCausalLM` and `Cohere2ForCausalLM` read them: attention and a gated
 * feed-forward layer side by side behind one layer norm, which has no bias, and rotary positions that turn neighbouring entries. In
 * those of `cohere2`, layers that see a window know places, and the others do not.
 */
export interface CohereConfig<Type extends CohereType = CohereType> extends CommonConfig, GroupedDecoder {
  readonly modelType: Type;
  readonly layerNormEpsilon: number;
  readonly rotary: RotaryConfig;
  /** The numbers of the layers that have no rotary positions, where not all have. */
  readonly unturned?: readonly number[];
  readonly window?: SlidingWindow;
  readonly tied: boolean;
  readonly attentionBias: boolean;
  /** Whether each head's queries and keys are normalised, with scales of its own. */
  readonly normalisesHeads: boolean;
  /** A factor on logits. */
  readonly logitScale: number;
}

function architecture<Type extends CohereType>(modelType: Type): Architecture<CohereConfig<Type>> {
  return {
    modelType,
    ...LLAMA_NAMES,
    parseConfig: (json, extras) => parseConfig(modelType, json, extras),
    neededWeights,
  };
}

function parseConfig<Type extends CohereType>(
  modelType: Type,
  json: JsonObject,
  extras: ConfigExtras,
): { config: CohereConfig<Type> } | ConfigProblem {
  const read = new ConfigReader(json);
  const second = modelType === 'cohere2';
  const sizes = readSizes(json, read, {
    ...{ vocabSize: 256_000, hidden: 8192, layers: 40, heads: 64, inner: 22_528, maxPositions: 8192 },
  });
  const rotary = readRotary(json, read, { ...sizes, defaultBase: second ? 10_000 : 500_000 });
  const sliding = second ? readWindow(json, read, sizes) : {};
  const activation = read.text('hidden_act', 'silu');
  const config = {
    modelType,
    ...sizes,
    layerNormEpsilon: read.positive('layer_norm_eps', 1e-5),
    tied: read.flag('tie_word_embeddings', true),
    attentionBias: read.flag('attention_bias', false),
    normalisesHeads: !second && read.flag('use_qk_norm', false),
    logitScale: read.positive('logit_scale', 0.0625),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if ('reason' in rotary) return { kind: 'unsupported', reason: rotary.reason };
  if ('reason' in sliding) return { kind: 'unsupported', reason: sliding.reason };
  if (!SILUS.has(activation)) return unknownActivation('hidden_act', activation, SILUS);
  return unevenGroups(config) ?? { config: { ...config, ...sliding, rotary: rotary.rotary } };
}

/** Which layers of `cohere2` see a window, and so turn: all but every fourth as a rule. */
function readWindow(
  json: JsonObject,
  read: ConfigReader,
  { layers, maxPositions }: { layers: number; maxPositions: number },
): Pick<CohereConfig, 'window' | 'unturned'> | { readonly reason: string } {
  const every = read.size(['sliding_window_pattern'], 4);
  const kinds = readSlidingLayers(json, read, { layers, slides: (layer) => (layer + 1) % every !== 0 });
  if ('reason' in kinds) return kinds;
  // Layers turn where they slide, though no row may outgrow the window.
  const turned = new Set(json.sliding_window === null ? [] : kinds.sliding);
  const unturned = Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !turned.has(layer));
  return { ...readSlidingWindow(json, read, { ...kinds, maxPositions, usual: 4096 }), unturned };
}

function* neededWeights(config: CohereConfig): Iterable<NeededWeight> {
  const { hidden, headSize, attentionBias } = config;
  yield* outerWeights(config);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    yield [`${at}.input_layernorm.weight`, [hidden]];
    yield* attentionWeights(`${at}.self_attn`, config, { queryKeyValue: attentionBias, output: attentionBias });
    if (config.normalisesHeads) {
      yield [`${at}.self_attn.q_norm.weight`, [config.heads, headSize]];
      yield [`${at}.self_attn.k_norm.weight`, [config.keyValueHeads, headSize]];
    }
    yield* gatedWeights(`${at}.mlp`, hidden, config.inner);
  }
}

export const cohere = architecture('cohere');
export const cohere2 = architecture('cohere2');
