import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { GELUS, type Gelu, SILUS, unknownActivation } from './activations.ts';
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

export type GemmaType = 'gemma2' | 'gemma3_text' | 'gemma3';

/**
 * Gemma 2 and 3 (Gemma Team 2024, 2025): as Llama, but with norms on both sides of a layer's halves, scaled embeddings,
 * capped scores or normalised heads, and layers that see a window only. `gemma3` is the text model of one that sees, too.
 */
export interface GemmaConfig<Type extends GemmaType = GemmaType> extends CommonConfig, GroupedDecoder {
  readonly modelType: Type;
  readonly embeddingScale: number;
  readonly activation: Gelu | 'silu';
  readonly rmsNormEpsilon: number;
  readonly attentionScale: number;
  /** Bounds of attention scores and of logits, where they are capped. */
  readonly attentionCap?: number;
  readonly logitCap?: number;
  readonly rotary: RotaryConfig;
  /** Positions of the layers that slide, where they are others (Gemma 3). */
  readonly local?: { readonly rotary: RotaryConfig; readonly layers: readonly number[] };
  readonly window?: SlidingWindow;
  readonly tied: boolean;
  readonly attentionBias: boolean;
  /** Whether each head's queries and keys are normalised (Gemma 3). */
  readonly normalisesHeads: boolean;
}

const ACTIVATIONS: ReadonlyMap<string, GemmaConfig['activation']> = new Map([...GELUS, ...SILUS]);

function architecture<Type extends GemmaType>(modelType: Type): Architecture<GemmaConfig<Type>> {
  return {
    modelType,
    ...LLAMA_NAMES,
    parseConfig: (json, extras) =>
      // A model that sees as well keeps its text model's settings together.
      parseConfig(modelType, isJsonObject(json.text_config) ? json.text_config : json, extras),
    normaliseName: (name) => name.replace(/^(language_model\.model|model\.language_model|language_model|model)\./, ''),
    neededWeights,
  };
}

function parseConfig<Type extends GemmaType>(
  modelType: Type,
  json: JsonObject,
  extras: ConfigExtras,
): { config: GemmaConfig<Type> } | ConfigProblem {
  const read = new ConfigReader(json);
  const third = modelType !== 'gemma2';
  const sizes = readSizes(json, read, {
    vocabSize: third ? 262_208 : 256_000,
    ...{ hidden: 2304, layers: 26, heads: 8, keyValueHeads: 4, headSize: 256, inner: 9216 },
    maxPositions: third ? 131_072 : 8192,
  });
  const activationName = read.text('hidden_activation', 'gelu_pytorch_tanh');
  const activation = ACTIVATIONS.get(activationName);
  const every = third ? read.size(['sliding_window_pattern'], 6) : 2;
  const kinds = readSlidingLayers(json, read, { ...sizes, slides: (layer) => (layer + 1) % every !== 0 });
  const bidirectional = read.flag('use_bidirectional_attention', false);
  const positions = readPositions(json, read, { third, ...sizes });
  const attentionCap = third ? undefined : read.optional('attn_logit_softcapping', 50);
  const logitCap = read.optional('final_logit_softcapping', third ? undefined : 30);
  const config = {
    modelType,
    ...sizes,
    embeddingScale: Math.sqrt(sizes.hidden),
    activation: activation ?? 'gelu_new',
    rmsNormEpsilon: read.positive('rms_norm_eps', 1e-6),
    attentionScale: 1 / Math.sqrt(read.positive('query_pre_attn_scalar', 256)),
    ...(attentionCap === undefined ? {} : { attentionCap }),
    ...(logitCap === undefined ? {} : { logitCap }),
    tied: read.flag('tie_word_embeddings', true),
    attentionBias: read.flag('attention_bias', false),
    normalisesHeads: third,
    ...extras,
  };
  if ('reason' in kinds) return { kind: 'unsupported', reason: kinds.reason };
  const window = readSlidingWindow(json, read, { ...kinds, ...sizes, usual: 4096 });
  if (read.problem) return { kind: 'broken', problem: read.problem };
  if ('reason' in positions) return { kind: 'unsupported', reason: positions.reason };
  if (bidirectional)
    return { kind: 'unsupported', reason: t("attention to later tokens ('use_bidirectional_attention')") };
  if (!activation) return unknownActivation('hidden_activation', activationName, ACTIVATIONS);
  const uneven = unevenGroups(config);
  if (uneven) return uneven;
  const { rotary, local } = positions;
  return {
    config: {
      ...config,
      ...window,
      rotary,
      ...(local ? { local: { rotary: local, layers: kinds.sliding } } : {}),
    },
  };
}

/** Positions of Gemma 2, alike in all layers, and of Gemma 3, whose layers in the window have a base of their own. */
function readPositions(
  json: JsonObject,
  read: ConfigReader,
  { third, ...sizes }: { third: boolean; headSize: number; maxPositions: number },
): { readonly rotary: RotaryConfig; readonly local?: RotaryConfig } | { readonly reason: string } {
  if (!third) return readRotary(json, read, sizes);
  const byKind = isJsonObject(json.rope_parameters) ? json.rope_parameters : {};
  const of = (kind: string) => (isJsonObject(byKind[kind]) ? byKind[kind] : {});
  const { rope_theta, rope_scaling, rope_local_base_freq, partial_rotary_factor } = json;
  const scaling = isJsonObject(rope_scaling) ? rope_scaling : {};
  const settings: JsonObject = { ...of('full_attention'), ...scaling };
  // Newer versions of transformers pass over such a scaling, older ones do not.
  if ('type' in scaling && !('rope_type' in settings))
    return { reason: t("a '{0}' that is named in '{1}', not in '{2}'", 'rope_scaling', 'type', 'rope_type') };
  // transformers looks for it outside the settings of a kind of layers, where nobody writes it.
  if ([settings, of('sliding_attention')].some((each) => each.truncate === false))
    return { reason: t("rotary positions by layer type with '{0}'", 'truncate') };
  const full = { rope_theta, partial_rotary_factor, rope_parameters: settings };
  const sliding = {
    rope_theta: rope_local_base_freq,
    partial_rotary_factor,
    rope_parameters: of('sliding_attention'),
  };
  const global = readRotary(full, read, { ...sizes, defaultBase: 1_000_000 });
  const local = readRotary(sliding, read, sizes);
  if ('reason' in global) return global;
  if ('reason' in local) return local;
  // What a row turns by would depend on two lengths.
  if (local.rotary.long)
    return { reason: t("rotary positions scaled by '{0}' in layers that see a window", 'longrope') };
  return { rotary: global.rotary, local: local.rotary };
}

function* neededWeights(config: GemmaConfig): Iterable<NeededWeight> {
  const { hidden, inner, headSize, attentionBias } = config;
  yield* outerWeights(config);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `layers.${layer}`;
    for (const norm of ['input', 'post_attention', 'pre_feedforward', 'post_feedforward'])
      yield [`${at}.${norm}_layernorm.weight`, [hidden]];
    yield* attentionWeights(`${at}.self_attn`, config, { queryKeyValue: attentionBias, output: attentionBias });
    if (config.normalisesHeads) {
      yield [`${at}.self_attn.q_norm.weight`, [headSize]];
      yield [`${at}.self_attn.k_norm.weight`, [headSize]];
    }
    yield* gatedWeights(`${at}.mlp`, hidden, inner);
  }
}

export const gemma2 = architecture('gemma2');
export const gemma3Text = architecture('gemma3_text');
export const gemma3 = architecture('gemma3');
