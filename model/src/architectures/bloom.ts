import { t } from '../../../l10n/src/words.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import { inLayers, layerNormWeights, linearWeights } from './usual-weights.ts';

/** As long as the rows that they were trained with; BLOOM's positions have no end of their own. */
const USUAL_LENGTH = 2048;

/** BLOOM (BigScience 2022) as `BloomForCausalLM` reads it. */
export const bloom = architecture({
  modelType: 'bloom',
  graph: 'bloom',
  wordEmbeddings: 'word_embeddings.weight',
  outputProjection: 'lm_head.weight',
  normaliseName: (name) => name.replace(/^transformer\./, ''),

  settings(read) {
    // transformers leaves out two biases of each layer then. By itself, either is about the order of a sum.
    if (read.size(['pretraining_tp'], 1) > 1) read.off('slow_but_exact', t('products in parts, without their biases'));
    const hidden = read.size(['n_embed', 'hidden_size'], 64);
    const heads = read.size(['num_attention_heads', 'n_head'], 8);
    read.multiple('hidden_size', hidden, 'num_attention_heads', heads);
    return {
      vocabSize: read.size(['vocab_size'], 250_880),
      hidden,
      layers: read.layers(['num_hidden_layers', 'n_layer'], 2),
      heads,
      maxPositions: read.size(['seq_length'], USUAL_LENGTH),
      layerNormEpsilon: read.positive('layer_norm_epsilon', 1e-5),
      tied: read.flag('tie_word_embeddings', true),
      /** Whether the halves of a layer add to what they normalised; else to what it was before. */
      addsToNormal: read.flag('apply_residual_connection_post_layernorm', false),
    };
  },

  *neededWeights({ vocabSize, hidden, layers, tied }) {
    yield ['word_embeddings.weight', [vocabSize, hidden]];
    if (!tied) yield ['lm_head.weight', [vocabSize, hidden]];
    yield* inLayers('h', layers, [
      ...linearWeights('self_attention.query_key_value', 3 * hidden, hidden),
      ...linearWeights('self_attention.dense', hidden, hidden),
      ...linearWeights('mlp.dense_h_to_4h', 4 * hidden, hidden),
      ...linearWeights('mlp.dense_4h_to_h', hidden, 4 * hidden),
    ]);
    yield* layerNormWeights('word_embeddings_layernorm', hidden);
    yield* layerNormWeights('ln_f', hidden);
    yield* inLayers('h', layers, [
      ...layerNormWeights('input_layernorm', hidden),
      ...layerNormWeights('post_attention_layernorm', hidden),
    ]);
  },
});

export type BloomConfig = ConfigOf<typeof bloom>;
