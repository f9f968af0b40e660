import { architecture, type ConfigOf } from './architecture.ts';
import { attentionWeights, headNormWeights, LLAMA_NAMES, outerWeights, readSizes } from './grouped-decoder.ts';
import { readRotary } from './rotary.ts';
import { inLayers, linearWeights } from './usual-weights.ts';

const ROTARY_BASE = 12_000_000;

/** Positions where a file has no settings of them; a base outside the settings then does not count. */
const USUAL_POSITIONS = {
  rope_type: 'llama3',
  rope_theta: ROTARY_BASE,
  factor: 8,
  original_max_position_embeddings: 8192,
  low_freq_factor: 1,
  high_freq_factor: 4,
};

/**
 * Apertus (Swiss AI 2025) as `ApertusForCausalLM` reads it: as Llama, but with normalised heads, and a feed-forward layer without
 * a gate, whose activation, xIELU (Huang & Schlag 2024), has two weights in each layer.
 */
export const apertus = architecture({
  modelType: 'apertus',
  graph: 'apertus',
  ...LLAMA_NAMES,

  settings(read) {
    const sizes = readSizes(read, {
      ...{ vocabSize: 131_072, hidden: 4096, layers: 32, heads: 32, inner: 14_336, maxPositions: 65_536 },
    });
    // What older files have, `rope_scaling`, goes before either.
    const { rope_parameters = null } = read.json;
    const positions = rope_parameters === null ? { ...read.json, rope_parameters: USUAL_POSITIONS } : read.json;
    const rotary = readRotary(read, { ...sizes, defaultBase: ROTARY_BASE }, positions);
    read.choice('hidden_act', 'xielu', new Map([['xielu', 'xielu']]));
    return {
      ...sizes,
      rotary,
      rmsNormEpsilon: read.positive('rms_norm_eps', 1e-5),
      tied: read.flag('tie_word_embeddings', false),
      attentionBias: read.flag('attention_bias', false),
    };
  },

  *neededWeights(config) {
    const { hidden, layers, headSize, inner } = config;
    yield* outerWeights(config);
    yield* inLayers('layers', layers, [
      ['attention_layernorm.weight', [hidden]],
      ['feedforward_layernorm.weight', [hidden]],
      ...attentionWeights(config, config.attentionBias),
      ...headNormWeights([headSize]),
      ...linearWeights('mlp.up_proj', inner, hidden, false),
      ...linearWeights('mlp.down_proj', hidden, inner, false),
      ['mlp.act_fn.alpha_p', [1]],
      ['mlp.act_fn.alpha_n', [1]],
    ]);
  },
});

export type ApertusConfig = ConfigOf<typeof apertus>;
