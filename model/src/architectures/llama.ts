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
  type SizeDefaults,
  type Sizes,
} from './grouped-decoder.ts';
import { type RotaryDefaults, readRotary } from './rotary.ts';
import { numbersOf, readSlidingLayers, readSlidingWindow, type SlidingWindow } from './sliding-window.ts';
import { inLayers, linearWeights } from './usual-weights.ts';

/** What tells a relative from Llama. */
interface Relative {
  /** What its configuration class in Hugging Face transformers has where a file says nothing, if it is not what Llama's has. */
  readonly sizes?: Partial<SizeDefaults>;
  readonly positions?: RotaryDefaults;
  readonly epsilon?: number;
  readonly tied?: boolean;
  /** @param attentionBias what the file says, which counts for some of them only */
  own?(read: ConfigReader, sizes: Sizes, attentionBias: boolean): Own;
}

/** What some of them have and others have not. */
interface Own {
  /** Which of the projections have a bias; none where it is left out. */
  readonly biases?: Biases;
  /** Whether each head's queries and keys are normalised. */
  readonly normalisesHeads?: boolean;
  readonly window?: SlidingWindow | undefined;
  /** Whether queries, keys and values are one projection, and gate and input of the feed-forward layer another. */
  readonly fused?: true;
  /** The numbers of the layers that have no rotary positions, where not all have. */
  readonly unturned?: readonly number[] | undefined;
  readonly multipliers?: Multipliers;
}

interface Biases {
  readonly queryKeyValue: boolean;
  readonly output: boolean;
  readonly feedForward: boolean;
}

/** Factors on what goes into the first layer, on what each half of a layer adds, and on scores; and a divisor of logits. */
interface Multipliers {
  readonly embedding: number;
  readonly residual: number;
  readonly attention: number;
  readonly logits: number;
}

const NO_BIASES: Biases = { queryKeyValue: false, output: false, feedForward: false };

const allBiases = (read: ConfigReader, attentionBias: boolean): Biases => ({
  queryKeyValue: attentionBias,
  output: attentionBias,
  feedForward: read.flag('mlp_bias', false),
});

const RELATIVES = {
  llama: { own: (read, _, attentionBias) => ({ biases: allBiases(read, attentionBias) }) },
  mistral: {
    sizes: { inner: 14_336, keyValueHeads: 8, maxPositions: 4096 * 32 },
    own(read, { layers, maxPositions }) {
      // One with `layer_types` is a Ministral to transformers: a Mistral whose layers differ.
      const sliding = readSlidingLayers(read, { layers, slides: () => true });
      return { window: readSlidingWindow(read, { sliding, maxPositions, usual: 4096 }) };
    },
  },
  qwen2: {
    sizes: { vocabSize: 151_936, inner: 22_016, keyValueHeads: 32, maxPositions: 32768 },
    own: (read, sizes) => ({
      biases: { queryKeyValue: true, output: false, feedForward: false },
      window: readUpperWindow(read, sizes),
    }),
  },
  qwen3: {
    sizes: { vocabSize: 151_936, inner: 22_016, keyValueHeads: 32, headSize: 128, maxPositions: 32768 },
    own: (read, sizes, attentionBias) => ({
      biases: { queryKeyValue: attentionBias, output: attentionBias, feedForward: false },
      normalisesHeads: true,
      window: readUpperWindow(read, sizes),
    }),
  },
  phi3: {
    sizes: { vocabSize: 32_064, hidden: 3072, inner: 8192, maxPositions: 4096 },
    epsilon: 1e-5,
    positions: { defaultTurnedShare: 1, defaultBefore: 4096, renamed: { su: 'longrope', yarn: 'longrope' } },
    // All layers are alike, whatever `layer_types` says.
    own: (read, { layers, maxPositions }) => ({
      window: readSlidingWindow(read, { sliding: numbersOf(layers), maxPositions }),
      fused: true,
    }),
  },
  smollm3: {
    sizes: { vocabSize: 128_256, layers: 36, hidden: 2048, heads: 16, keyValueHeads: 4, maxPositions: 32768 },
    positions: { defaultBase: 2_000_000 },
    tied: true,
    own(read, { layers, maxPositions }, attentionBias) {
      // Those with a 0 in `no_rope_layers`, else every fourth.
      const every = read.size(['no_rope_layer_interval'], 4);
      const turned = read.switches('no_rope_layers', layers);
      const unturned = numbersOf(layers).filter((layer) => (turned ? !turned[layer] : (layer + 1) % every === 0));
      // `layer_types` counts by itself.
      const slides = read.flag('use_sliding_window', false);
      const sliding = readSlidingLayers(read, { layers, slides: (layer) => slides && unturned.includes(layer) });
      return {
        biases: allBiases(read, attentionBias),
        unturned: unturned.length > 0 ? unturned : undefined,
        window: readSlidingWindow(read, { sliding, maxPositions }),
      };
    },
  },
  granite: {
    own: (read, _, attentionBias) => ({
      biases: allBiases(read, attentionBias),
      multipliers: {
        embedding: read.positive('embedding_multiplier', 1),
        residual: read.positive('residual_multiplier', 1),
        attention: read.positive('attention_multiplier', 1),
        logits: read.positive('logits_scaling', 1),
      },
    }),
  },
} satisfies Readonly<Record<string, Relative>>;

/** The layers of Qwen that see a window, if any do: those above a number of them. */
function readUpperWindow(read: ConfigReader, { layers, maxPositions }: Sizes): SlidingWindow | undefined {
  const from = read.count('max_window_layers', 28);
  // Read where no layer slides, too: other kinds of layers are not supported.
  const sliding = readSlidingLayers(read, { layers, slides: (layer) => layer >= from });
  if (!read.flag('use_sliding_window', false)) return undefined;
  return readSlidingWindow(read, { sliding, maxPositions, usual: 4096 });
}

/**
 * Llama (Touvron et al. 2023) and its relatives: pre-norm layers with root-mean-square norms, rotary positions, query heads
 * that share keys and values, and a gated feed-forward layer. They differ in a few biases and norms; in Phi 3 the projections
 * stand below each other in one matrix, in some layers of SmolLM3 no token knows its place, and Granite has multipliers.
 */
const llamaOf = <const Type extends string>(modelType: Type, relative: Relative) =>
  architecture({
    modelType,
    graph: 'llama',
    ...LLAMA_NAMES,

    settings(read) {
      const sizes = readSizes(read, {
        ...{ vocabSize: 32_000, hidden: 4096, layers: 32, heads: 32, inner: 11_008, maxPositions: 2048 },
        ...relative.sizes,
      });
      const attentionBias = read.flag('attention_bias', false);
      const rotary = readRotary(read, { ...sizes, ...relative.positions });
      const own: Own = relative.own?.(read, sizes, attentionBias) ?? {};
      read.choice('hidden_act', 'silu', SILUS);
      return {
        ...{ biases: NO_BIASES, normalisesHeads: false },
        ...sizes,
        ...own,
        rotary,
        rmsNormEpsilon: read.positive('rms_norm_eps', relative.epsilon ?? 1e-6),
        tied: read.flag('tie_word_embeddings', relative.tied ?? false),
      };
    },

    *neededWeights(config) {
      const { hidden, layers, heads, keyValueHeads, headSize, inner, biases } = config;
      yield* outerWeights(config);
      yield* inLayers('layers', layers, [
        ['input_layernorm.weight', [hidden]],
        ['post_attention_layernorm.weight', [hidden]],
        ...(config.fused
          ? [
              ...linearWeights('self_attn.qkv_proj', (heads + 2 * keyValueHeads) * headSize, hidden, false),
              ...linearWeights('self_attn.o_proj', hidden, heads * headSize, false),
              ...linearWeights('mlp.gate_up_proj', 2 * inner, hidden, false),
              ...linearWeights('mlp.down_proj', hidden, inner, false),
            ]
          : [
              ...attentionWeights(config, biases.queryKeyValue, biases.output),
              ...gatedWeights(hidden, inner, biases.feedForward),
            ]),
        ...(config.normalisesHeads ? headNormWeights([headSize]) : []),
      ]);
    },
  });

export type LlamaType = keyof typeof RELATIVES;

export const llamas = (Object.keys(RELATIVES) as LlamaType[]).map((type) => llamaOf(type, RELATIVES[type]));

export type LlamaConfig = ConfigOf<(typeof llamas)[number]>;
