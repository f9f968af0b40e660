import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { GELUS, SILUS } from './activations.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import type { ConfigReader } from './config-reader.ts';
import {
  attentionWeights,
  gatedWeights,
  headNormWeights,
  LLAMA_NAMES,
  outerWeights,
  readSizes,
  type Sizes,
} from './grouped-decoder.ts';
import { PLACELESS, type RotaryConfig, readRotary } from './rotary.ts';
import { readSlidingLayers, readSlidingWindow, type SlidingWindow } from './sliding-window.ts';
import { inLayers } from './usual-weights.ts';

/** What Gemma 2 and Gemma 3 have of their own. */
interface Own {
  readonly rotary: RotaryConfig;
  /** Positions of the layers that slide, where they are others (Gemma 3). */
  readonly local?: { readonly rotary: RotaryConfig; readonly layers: readonly number[] };
  readonly window: SlidingWindow | undefined;
  /** Bounds of attention scores and of logits, where they are capped. */
  readonly attentionCap?: number | undefined;
  readonly logitCap: number | undefined;
  /** Whether each head's queries and keys are normalised (Gemma 3). */
  readonly normalisesHeads: boolean;
}

const ACTIVATIONS = new Map([...GELUS, ...SILUS]);

/**
 * Gemma 2 and 3 (Gemma Team 2024, 2025): as Llama, but with norms on both sides of a layer's halves, scaled embeddings,
 * capped scores or normalised heads, and layers that see a window only. `gemma3` is the text model of one that sees, too.
 */
const gemmaOf = <const Type extends string>(
  modelType: Type,
  usual: Pick<Sizes, 'vocabSize' | 'maxPositions'>,
  own: (read: ConfigReader, sizes: Sizes) => Own,
) =>
  architecture({
    modelType,
    graph: 'gemma',
    ...LLAMA_NAMES,
    normaliseName: (name) => name.replace(/^(language_model\.model|model\.language_model|language_model|model)\./, ''),
    // A model that sees as well keeps its text model's settings together.
    part: (json) => (isJsonObject(json.text_config) ? json.text_config : json),

    settings(read) {
      const sizes = readSizes(read, {
        ...usual,
        ...{ hidden: 2304, layers: 26, heads: 8, keyValueHeads: 4, headSize: 256, inner: 9216 },
      });
      const others = own(read, sizes);
      read.off('use_bidirectional_attention', t('attention to later tokens'));
      return {
        ...sizes,
        ...others,
        embeddingScale: Math.sqrt(sizes.hidden),
        activation: read.choice('hidden_activation', 'gelu_pytorch_tanh', ACTIVATIONS),
        rmsNormEpsilon: read.positive('rms_norm_eps', 1e-6),
        attentionScale: 1 / Math.sqrt(read.positive('query_pre_attn_scalar', 256)),
        tied: read.flag('tie_word_embeddings', true),
        attentionBias: read.flag('attention_bias', false),
      };
    },

    *neededWeights(config) {
      const { hidden, layers, headSize, inner } = config;
      yield* outerWeights(config);
      yield* inLayers('layers', layers, [
        ['input_layernorm.weight', [hidden]],
        ['post_attention_layernorm.weight', [hidden]],
        ['pre_feedforward_layernorm.weight', [hidden]],
        ['post_feedforward_layernorm.weight', [hidden]],
        ...attentionWeights(config, config.attentionBias),
        ...(config.normalisesHeads ? headNormWeights([headSize]) : []),
        ...gatedWeights(hidden, inner),
      ]);
    },
  });

export const gemma2 = gemmaOf('gemma2', { vocabSize: 256_000, maxPositions: 8192 }, (read, sizes) => {
  const sliding = readSlidingLayers(read, { ...sizes, slides: (layer) => layer % 2 === 0 });
  return {
    rotary: readRotary(read, sizes),
    window: readSlidingWindow(read, { ...sizes, sliding, usual: 4096 }),
    attentionCap: read.optional('attn_logit_softcapping', 50),
    logitCap: read.optional('final_logit_softcapping', 30),
    normalisesHeads: false,
  };
});

const gemma3Of = <const Type extends string>(modelType: Type) =>
  gemmaOf(modelType, { vocabSize: 262_208, maxPositions: 131_072 }, (read, sizes) => {
    const every = read.size(['sliding_window_pattern'], 6);
    const sliding = readSlidingLayers(read, { ...sizes, slides: (layer) => (layer + 1) % every !== 0 });
    const { rotary, local } = readPositions(read, sizes);
    const logitCap = read.optional('final_logit_softcapping', undefined);
    // Newer versions of transformers pass over it in a model that sees, older ones do not.
    if (modelType === 'gemma3' && logitCap !== undefined)
      read.unsupported ??= t("a bound of logits ('{0}')", 'final_logit_softcapping');
    return {
      rotary,
      local: { rotary: local, layers: sliding },
      window: readSlidingWindow(read, { ...sizes, sliding, usual: 4096 }),
      logitCap,
      normalisesHeads: true,
    };
  });

export const gemma3Text = gemma3Of('gemma3_text');
export const gemma3 = gemma3Of('gemma3');

export type GemmaConfig = ConfigOf<typeof gemma2 | typeof gemma3Text | typeof gemma3>;

/** Positions of Gemma 3, whose layers in the window have a base of their own. */
function readPositions(
  read: ConfigReader,
  sizes: Sizes,
): { readonly rotary: RotaryConfig; readonly local: RotaryConfig } {
  const { rope_theta, rope_parameters, rope_scaling, rope_local_base_freq, partial_rotary_factor } = read.json;
  const byKind = isJsonObject(rope_parameters) ? rope_parameters : {};
  const of = (kind: string) => (isJsonObject(byKind[kind]) ? byKind[kind] : {});
  const scaling = isJsonObject(rope_scaling) ? rope_scaling : {};
  const settings: JsonObject = { ...of('full_attention'), ...scaling };
  // Newer versions of transformers pass over such a scaling, older ones do not.
  if ('type' in scaling && !('rope_type' in settings)) {
    read.unsupported ??= t("a '{0}' that is named in '{1}', not in '{2}'", 'rope_scaling', 'type', 'rope_type');
    return { rotary: PLACELESS, local: PLACELESS };
  }
  // transformers looks for it outside the settings of a kind of layers, where nobody writes it.
  if ([settings, of('sliding_attention')].some((each) => each.truncate === false))
    read.unsupported ??= t("rotary positions by layer type with '{0}'", 'truncate');
  const full = { rope_theta, partial_rotary_factor, rope_parameters: settings };
  const sliding = {
    rope_theta: rope_local_base_freq,
    partial_rotary_factor,
    rope_parameters: of('sliding_attention'),
  };
  const rotary = readRotary(read, { ...sizes, defaultBase: 1_000_000 }, full);
  const local = readRotary(read, sizes, sliding);
  // What a row turns by would depend on two lengths.
  if (local.long) read.unsupported ??= t("rotary positions scaled by '{0}' in layers that see a window", 'longrope');
  return { rotary, local };
}
