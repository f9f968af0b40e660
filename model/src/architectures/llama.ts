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
  type SizeDefaults,
  unevenGroups,
} from './grouped-decoder.ts';
import { type RotaryConfig, readRotary } from './rotary.ts';
import { readSlidingLayers, readSlidingWindow, type SlidingWindow } from './sliding-window.ts';
import { linearWeights, type NeededWeight } from './usual-weights.ts';

export type LlamaType = 'llama' | 'mistral' | 'qwen2' | 'qwen3' | 'phi3' | 'smollm3' | 'granite';

/**
 * Llama (Touvron et al. 2023) and its relatives: pre-norm layers with root-mean-square norms, rotary positions, query heads
 * that share keys and values, and a gated feed-forward layer. They differ in a few biases and norms; in Phi 3 the projections
 * stand below each other in one matrix, in some layers of SmolLM3 no token knows its place, and Granite has multipliers.
 */
export interface LlamaConfig<Type extends LlamaType = LlamaType> extends CommonConfig, GroupedDecoder {
  readonly modelType: Type;
  readonly rmsNormEpsilon: number;
  readonly rotary: RotaryConfig;
  /** Whether the output projection is the word embedding, else it is `lm_head.weight`. */
  readonly tied: boolean;
  /** Which of the projections have a bias. */
  readonly biases: { readonly queryKeyValue: boolean; readonly output: boolean; readonly feedForward: boolean };
  /** Whether each head's queries and keys are normalised (Qwen 3). */
  readonly normalisesHeads: boolean;
  readonly window?: SlidingWindow;
  /** Whether queries, keys and values are one projection, and gate and input of the feed-forward layer another (Phi 3). */
  readonly fused?: true;
  /** The numbers of the layers that have no rotary positions, where not all have (SmolLM3). */
  readonly unturned?: readonly number[];
  /** Granite's. */
  readonly multipliers?: Multipliers;
}

/** Factors on what goes into the first layer, on what each half of a layer adds, and on scores; and a divisor of logits. */
interface Multipliers {
  readonly embedding: number;
  readonly residual: number;
  readonly attention: number;
  readonly logits: number;
}

/** What a type's configuration class in Hugging Face transformers has where a file says nothing, if it is not Llama's. */
interface Defaults extends Partial<SizeDefaults> {
  readonly epsilon?: number;
  readonly rotaryBase?: number;
  readonly tied?: boolean;
}

const LLAMA = { vocabSize: 32_000, hidden: 4096, layers: 32, heads: 32, inner: 11_008, maxPositions: 2048 };

const DEFAULTS: Readonly<Record<LlamaType, Defaults>> = {
  llama: {},
  mistral: { keyValueHeads: 8, maxPositions: 4096 * 32 },
  qwen2: { keyValueHeads: 32, maxPositions: 32768 },
  qwen3: { keyValueHeads: 32, headSize: 128, maxPositions: 32768 },
  phi3: { maxPositions: 4096, epsilon: 1e-5 },
  smollm3: {
    ...{ layers: 36, hidden: 2048, heads: 16, keyValueHeads: 4, maxPositions: 32768 },
    ...{ rotaryBase: 2_000_000, tied: true },
  },
  granite: {},
};

/** Types whose `attention_bias` counts, and whose `mlp_bias` does. */
const BIASED_ATTENTION: ReadonlySet<LlamaType> = new Set(['llama', 'qwen3', 'smollm3', 'granite']);
const BIASED_FEED_FORWARD: ReadonlySet<LlamaType> = new Set(['llama', 'smollm3', 'granite']);

function architecture<Type extends LlamaType>(modelType: Type): Architecture<LlamaConfig<Type>> {
  return {
    modelType,
    ...LLAMA_NAMES,
    parseConfig: (json, extras) => parseConfig(modelType, json, extras),
    neededWeights,
  };
}

function parseConfig<Type extends LlamaType>(
  modelType: Type,
  json: JsonObject,
  extras: ConfigExtras,
): { config: LlamaConfig<Type> } | ConfigProblem {
  const read = new ConfigReader(json);
  const defaults = DEFAULTS[modelType];
  const sizes = readSizes(json, read, { ...LLAMA, ...defaults });
  const activation = read.text('hidden_act', 'silu');
  const attentionBias = read.flag('attention_bias', false) && BIASED_ATTENTION.has(modelType);
  const rotary = readRotary(json, read, {
    ...sizes,
    ...(defaults.rotaryBase === undefined ? {} : { defaultBase: defaults.rotaryBase }),
    ...(modelType === 'phi3' ? PHI3_POSITIONS : {}),
  });
  const unturned = modelType === 'smollm3' ? readUnturned(read, sizes.layers) : [];
  const sliding = readWindow(modelType, json, read, { ...sizes, unturned });
  const config = {
    modelType,
    ...sizes,
    rmsNormEpsilon: read.positive('rms_norm_eps', defaults.epsilon ?? 1e-6),
    tied: read.flag('tie_word_embeddings', defaults.tied ?? false),
    biases: {
      queryKeyValue: modelType === 'qwen2' || attentionBias,
      output: attentionBias,
      feedForward: BIASED_FEED_FORWARD.has(modelType) && read.flag('mlp_bias', false),
    },
    normalisesHeads: modelType === 'qwen3',
    ...(unturned.length > 0 ? { unturned } : {}),
    ...(modelType === 'phi3' ? { fused: true as const } : {}),
    ...(modelType === 'granite' ? { multipliers: readMultipliers(read) } : {}),
    ...extras,
  };
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if ('reason' in rotary) return { kind: 'unsupported', reason: rotary.reason };
  if ('reason' in sliding) return { kind: 'unsupported', reason: sliding.reason };
  if (!SILUS.has(activation)) return unknownActivation('hidden_act', activation, SILUS);
  return unevenGroups(config) ?? { config: { ...config, ...sliding, rotary: rotary.rotary } };
}

/** How Phi 3 names and sets what others have, too. */
const PHI3_POSITIONS = {
  defaultTurnedShare: 1,
  defaultBefore: 4096,
  renamed: { su: 'longrope', yarn: 'longrope' },
} as const;

function readMultipliers(read: ConfigReader): Multipliers {
  return {
    embedding: read.positive('embedding_multiplier', 1),
    residual: read.positive('residual_multiplier', 1),
    attention: read.positive('attention_multiplier', 1),
    logits: read.positive('logits_scaling', 1),
  };
}

/** The layers of SmolLM3 without rotary positions: those with a 0 in `no_rope_layers`, else every fourth. */
function readUnturned(read: ConfigReader, layers: number): readonly number[] {
  const every = read.size(['no_rope_layer_interval'], 4);
  const turned = read.switches('no_rope_layers', layers);
  const numbers = Array.from({ length: layers }, (_, layer) => layer);
  return numbers.filter((layer) => (turned ? !turned[layer] : (layer + 1) % every === 0));
}

function readWindow(
  modelType: LlamaType,
  json: JsonObject,
  read: ConfigReader,
  { layers, maxPositions, unturned }: { layers: number; maxPositions: number; unturned: readonly number[] },
): { readonly window?: SlidingWindow } | { readonly reason: string } {
  if (modelType === 'llama' || modelType === 'granite') return {};
  if (modelType === 'phi3') {
    // All layers are alike, whatever `layer_types` says.
    const sliding = Array.from({ length: layers }, (_, layer) => layer);
    return readSlidingWindow(json, read, { sliding, maxPositions });
  }
  if (modelType === 'mistral') {
    // One with `layer_types` is a Ministral to transformers: a Mistral whose layers differ.
    const kinds = readSlidingLayers(json, read, { layers, slides: () => true });
    return 'reason' in kinds ? kinds : readSlidingWindow(json, read, { ...kinds, maxPositions, usual: 4096 });
  }
  const slides = read.flag('use_sliding_window', false);
  if (modelType === 'smollm3') {
    // `layer_types` counts by itself.
    const kinds = readSlidingLayers(json, read, { layers, slides: (layer) => slides && unturned.includes(layer) });
    return 'reason' in kinds ? kinds : readSlidingWindow(json, read, { ...kinds, maxPositions });
  }
  if (!slides) return {};
  const from = read.count('max_window_layers', 28);
  const kinds = readSlidingLayers(json, read, { layers, slides: (layer) => layer >= from });
  return 'reason' in kinds ? kinds : readSlidingWindow(json, read, { ...kinds, maxPositions, usual: 4096 });
}

function* neededWeights(config: LlamaConfig): Iterable<NeededWeight> {
  const { hidden, inner, headSize, biases } = config;
  const queries = config.heads * headSize;
  const keys = config.keyValueHeads * headSize;
  yield* outerWeights(config);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    yield [`${at}.input_layernorm.weight`, [hidden]];
    yield [`${at}.post_attention_layernorm.weight`, [hidden]];
    if (config.fused) {
      yield* linearWeights(`${at}.self_attn.qkv_proj`, queries + 2 * keys, hidden, false);
      yield* linearWeights(`${at}.self_attn.o_proj`, hidden, queries, false);
      yield* linearWeights(`${at}.mlp.gate_up_proj`, 2 * inner, hidden, false);
      yield* linearWeights(`${at}.mlp.down_proj`, hidden, inner, false);
    } else {
      yield* attentionWeights(`${at}.self_attn`, config, biases);
      yield* gatedWeights(`${at}.mlp`, hidden, inner, biases.feedForward);
    }
    if (config.normalisesHeads) {
      yield [`${at}.self_attn.q_norm.weight`, [headSize]];
      yield [`${at}.self_attn.k_norm.weight`, [headSize]];
    }
  }
}

export const llama = architecture('llama');
export const mistral = architecture('mistral');
export const qwen2 = architecture('qwen2');
export const qwen3 = architecture('qwen3');
export const phi3 = architecture('phi3');
export const smollm3 = architecture('smollm3');
export const granite = architecture('granite');
