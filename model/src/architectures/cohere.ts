import { SILUS } from './activations.ts';
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
import { type RotaryConfig, readRotary } from './rotary.ts';
import { numbersOf, readSlidingLayers, readSlidingWindow, type SlidingWindow } from './sliding-window.ts';
import { inLayers } from './usual-weights.ts';

/** What the two types have of their own. */
interface Own {
  readonly rotary: RotaryConfig;
  /** The numbers of the layers that have no rotary positions, where not all have. */
  readonly unturned?: readonly number[];
  readonly window?: SlidingWindow | undefined;
  /** Whether each head's queries and keys are normalised, with scales of its own. */
  readonly normalisesHeads: boolean;
}

/**
 * Command R and Aya (Cohere 2024, 2025) as `CohereForCausalLM` and `Cohere2ForCausalLM` read them: attention and a gated
 * feed-forward layer side by side behind one layer norm, which has no bias, and rotary positions that turn neighbouring entries. In
 * those of `cohere2`, layers that see a window know places, and the others do not.
 */
const cohereOf = <const Type extends string>(modelType: Type, own: (read: ConfigReader, sizes: Sizes) => Own) =>
  architecture({
    modelType,
    graph: 'cohere',
    ...LLAMA_NAMES,

    settings(read) {
      const sizes = readSizes(read, {
        ...{ vocabSize: 256_000, hidden: 8192, layers: 40, heads: 64, inner: 22_528, maxPositions: 8192 },
      });
      const others = own(read, sizes);
      read.choice('hidden_act', 'silu', SILUS);
      return {
        ...sizes,
        ...others,
        layerNormEpsilon: read.positive('layer_norm_eps', 1e-5),
        tied: read.flag('tie_word_embeddings', true),
        attentionBias: read.flag('attention_bias', false),
        /** A factor on logits. */
        logitScale: read.positive('logit_scale', 0.0625),
      };
    },

    *neededWeights(config) {
      const { hidden, layers, heads, keyValueHeads, headSize, inner } = config;
      yield* outerWeights(config);
      yield* inLayers('layers', layers, [
        ['input_layernorm.weight', [hidden]],
        ...attentionWeights(config, config.attentionBias),
        ...(config.normalisesHeads ? headNormWeights([heads, headSize], [keyValueHeads, headSize]) : []),
        ...gatedWeights(hidden, inner),
      ]);
    },
  });

export const cohere = cohereOf('cohere', (read, sizes) => ({
  rotary: readRotary(read, { ...sizes, defaultBase: 500_000 }),
  normalisesHeads: read.flag('use_qk_norm', false),
}));

/** Layers that see a window turn: all but every fourth as a rule. */
export const cohere2 = cohereOf('cohere2', (read, { layers, ...sizes }) => {
  const rotary = readRotary(read, sizes);
  const every = read.size(['sliding_window_pattern'], 4);
  const sliding = readSlidingLayers(read, { layers, slides: (layer) => (layer + 1) % every !== 0 });
  // Layers turn where they slide, though no row may outgrow the window.
  const turned = new Set(read.json.sliding_window === null ? [] : sliding);
  return {
    rotary,
    unturned: numbersOf(layers).filter((layer) => !turned.has(layer)),
    window: readSlidingWindow(read, { ...sizes, sliding, usual: 4096 }),
    normalisesHeads: false,
  };
});

export type CohereConfig = ConfigOf<typeof cohere | typeof cohere2>;
