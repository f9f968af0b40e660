import { t } from '../../../l10n/src/words.ts';
import { GELUS } from './activations.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import { readPlainRotary } from './rotary.ts';
import { inLayers, layerNormWeights, linearWeights } from './usual-weights.ts';

/** GPT-J (Wang & Komatsuzaki 2021) as `GPTJForCausalLM` reads it. */
export const gptj = architecture({
  modelType: 'gptj',
  graph: 'gptj',
  wordEmbeddings: 'wte.weight',
  outputProjection: 'lm_head.weight',
  normaliseName: (name) => name.replace(/^transformer\./, ''),

  settings(read) {
    // Names and defaults are those of GPTJConfig, its attribute_map included, whose names count where there are both.
    const hidden = read.size(['hidden_size', 'n_embd'], 4096);
    const heads = read.size(['num_attention_heads', 'n_head'], 16);
    const headSize = Math.floor(hidden / heads);
    const turned = read.size(['rotary_dim'], 64);
    read.multiple('n_embd', hidden, 'n_head', heads);
    if (turned % 2 !== 0) read.unfit ??= t('config.json: rotary_dim {0} is odd, and entries turn in pairs', turned);
    return {
      vocabSize: read.size(['vocab_size'], 50_400),
      hidden,
      layers: read.layers(['num_hidden_layers', 'n_layer'], 28),
      heads,
      headSize,
      /** Width of the feed-forward layer. */
      inner: read.size(['n_inner'], 4 * hidden),
      maxPositions: read.size(['max_position_embeddings', 'n_positions'], 2048),
      activation: read.choice('activation_function', 'gelu_new', GELUS),
      layerNormEpsilon: read.positive('layer_norm_epsilon', 1e-5),
      rotary: readPlainRotary(read, { base: 10_000, turned, headSize }),
      tied: read.flag('tie_word_embeddings', false),
    };
  },

  *neededWeights({ vocabSize, hidden, layers, inner, tied }) {
    yield ['wte.weight', [vocabSize, hidden]];
    yield* layerNormWeights('ln_f', hidden);
    if (!tied) yield ['lm_head.weight', [vocabSize, hidden]];
    yield ['lm_head.bias', [vocabSize]];
    yield* inLayers('h', layers, [
      ...layerNormWeights('ln_1', hidden),
      ...linearWeights('attn.q_proj', hidden, hidden, false),
      ...linearWeights('attn.k_proj', hidden, hidden, false),
      ...linearWeights('attn.v_proj', hidden, hidden, false),
      ...linearWeights('attn.out_proj', hidden, hidden, false),
      ...linearWeights('mlp.fc_in', inner, hidden),
      ...linearWeights('mlp.fc_out', hidden, inner),
    ]);
  },
});

export type GptjConfig = ConfigOf<typeof gptj>;
