import { t } from '../../../l10n/src/words.ts';
import { GELUS } from './activations.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import { inLayers, layerNormWeights } from './usual-weights.ts';

/** GPT-2 (Radford et al. 2019) as `GPT2LMHeadModel` of Hugging Face transformers reads it. */
export const gpt2 = architecture({
  modelType: 'gpt2',
  graph: 'gpt2',
  wordEmbeddings: 'wte.weight',
  outputProjection: 'lm_head.weight',
  normaliseName: (name) => name.replace(/^transformer\./, ''),

  settings(read) {
    // Names and defaults are those of GPT2Config, its attribute_map included, whose names count where there are both.
    const hidden = read.size(['hidden_size', 'n_embd'], 768);
    const heads = read.size(['num_attention_heads', 'n_head'], 12);
    read.multiple('n_embd', hidden, 'n_head', heads);
    // `reorder_and_upcast_attn` asks for scores in float32, which they are here in whatever precision weights are stored
    // (`"precision": "float16"` apart).
    const activation = read.choice('activation_function', 'gelu_new', GELUS);
    read.off('add_cross_attention', t('cross-attention'));
    read.off('is_encoder_decoder', t('an encoder beside the decoder'));
    return {
      vocabSize: read.size(['vocab_size'], 50257),
      hidden,
      layers: read.layers(['num_hidden_layers', 'n_layer'], 12),
      heads,
      /** Width of the feed-forward layer. */
      inner: read.size(['n_inner'], 4 * hidden),
      maxPositions: read.size(['max_position_embeddings', 'n_positions', 'n_ctx'], 1024),
      activation,
      layerNormEpsilon: read.positive('layer_norm_epsilon', 1e-5),
      tied: read.flag('tie_word_embeddings', true),
      /** Whether attention scores are divided by the square root of a head's width. */
      scaleAttention: read.flag('scale_attn_weights', true),
      /** Whether those of layer n (from 0 on) are divided by n + 1 as well. */
      scaleAttentionByLayer: read.flag('scale_attn_by_inverse_layer_idx', false),
    };
  },

  *neededWeights({ vocabSize, hidden, layers, inner, maxPositions, tied }) {
    yield ['wte.weight', [vocabSize, hidden]];
    yield ['wpe.weight', [maxPositions, hidden]];
    yield* layerNormWeights('ln_f', hidden);
    if (!tied) yield ['lm_head.weight', [vocabSize, hidden]];
    yield* inLayers('h', layers, [
      ...layerNormWeights('ln_1', hidden),
      // Conv1D keeps its weight as [in, out]; queries, keys and values stand side by side.
      ['attn.c_attn.weight', [hidden, 3 * hidden]],
      ['attn.c_attn.bias', [3 * hidden]],
      ['attn.c_proj.weight', [hidden, hidden]],
      ['attn.c_proj.bias', [hidden]],
      ...layerNormWeights('ln_2', hidden),
      ['mlp.c_fc.weight', [hidden, inner]],
      ['mlp.c_fc.bias', [inner]],
      ['mlp.c_proj.weight', [inner, hidden]],
      ['mlp.c_proj.bias', [hidden]],
    ]);
  },
});

export type Gpt2Config = ConfigOf<typeof gpt2>;
