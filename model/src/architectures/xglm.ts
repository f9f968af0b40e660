import { t } from '../../../l10n/src/words.ts';
import { RELU_OR_GELUS } from './activations.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import { inLayers, layerNormWeights, linearWeights } from './usual-weights.ts';

/** The table of positions has rows in front that no token uses. */
export const XGLM_FIRST_POSITION = 2;

/** XGLM (Lin et al. 2022) as `XGLMForCausalLM` reads it. */
export const xglm = architecture({
  modelType: 'xglm',
  graph: 'xglm',
  wordEmbeddings: 'embed_tokens.weight',
  outputProjection: 'lm_head.weight',
  normaliseName: (name) => name.replace(/^model\./, ''),

  settings(read) {
    // Names and defaults are those of XGLMConfig, its attribute_map included, whose names count where there are both.
    const hidden = read.size(['hidden_size', 'd_model'], 1024);
    const heads = read.size(['num_attention_heads', 'attention_heads'], 16);
    read.multiple('hidden_size', hidden, 'num_attention_heads', heads);
    if (hidden % 2 !== 0 || hidden < 4)
      read.unfit ??= t(
        'config.json: sines and cosines of positions need a hidden_size that is even and at least 4, not {0}',
        hidden,
      );
    const activation = read.choice('activation_function', 'gelu', RELU_OR_GELUS);
    // Null is no padding, and so no such row; and the rows in front are no token's.
    const padding = (read.json.pad_token_id === null ? 0 : read.count('pad_token_id', 1)) - XGLM_FIRST_POSITION;
    read.off('add_cross_attention', t('cross-attention'));
    read.off('is_encoder_decoder', t('an encoder beside the decoder'));
    return {
      vocabSize: read.size(['vocab_size'], 256_008),
      hidden,
      layers: read.layers(['num_hidden_layers', 'num_layers'], 24),
      heads,
      /** Width of the feed-forward layer. */
      inner: read.size(['ffn_dim'], 4096),
      maxPositions: read.size(['max_position_embeddings'], 2048),
      activation,
      layerNormEpsilon: 1e-5,
      tied: read.flag('tie_word_embeddings', true),
      embeddingScale: read.flag('scale_embedding', true) ? Math.sqrt(hidden) : 1,
      /** The place, if any, to which the table of positions has zeros, as its row has the number of the token for padding. */
      zeroPosition: padding < 0 ? undefined : padding,
    };
  },

  *neededWeights({ vocabSize, hidden, layers, inner, tied }) {
    yield ['embed_tokens.weight', [vocabSize, hidden]];
    if (!tied) yield ['lm_head.weight', [vocabSize, hidden]];
    yield* inLayers('layers', layers, [
      ...linearWeights('self_attn.q_proj', hidden, hidden),
      ...linearWeights('self_attn.k_proj', hidden, hidden),
      ...linearWeights('self_attn.v_proj', hidden, hidden),
      ...linearWeights('self_attn.out_proj', hidden, hidden),
      ...linearWeights('fc1', inner, hidden),
      ...linearWeights('fc2', hidden, inner),
    ]);
    yield* layerNormWeights('layer_norm', hidden);
    yield* inLayers('layers', layers, [
      ...layerNormWeights('self_attn_layer_norm', hidden),
      ...layerNormWeights('final_layer_norm', hidden),
    ]);
  },
});

export type XglmConfig = ConfigOf<typeof xglm>;
