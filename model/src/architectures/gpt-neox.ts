import { t } from '../../../l10n/src/words.ts';
import { GELUS } from './activations.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import { readRotary } from './rotary.ts';
import { inLayers, layerNormWeights, linearWeights } from './usual-weights.ts';

/** GPT-NeoX (Black et al. 2022), of which Pythia is the best known, as `GPTNeoXForCausalLM` reads it. */
export const gptNeox = architecture({
  modelType: 'gpt_neox',
  graph: 'gptNeox',
  wordEmbeddings: 'embed_in.weight',
  outputProjection: 'embed_out.weight',
  // Inside newer versions of transformers the output projection is `lm_head`; `save_pretrained` writes its older name.
  normaliseName: (name) => name.replace(/^gpt_neox\./, '').replace(/^lm_head\./, 'embed_out.'),

  settings(read) {
    const hidden = read.size(['hidden_size'], 6144);
    const heads = read.size(['num_attention_heads'], 64);
    const headSize = Math.floor(hidden / heads);
    const maxPositions = read.size(['max_position_embeddings'], 2048);
    read.multiple('hidden_size', hidden, 'num_attention_heads', heads);
    // Not a setting of its class, but in transformers as many entries would turn as of heads of that size.
    const told = read.size(['head_dim'], headSize);
    if (told !== headSize)
      read.unfit ??= t(
        'config.json: head_dim {0} is not hidden_size {1} / num_attention_heads {2}',
        told,
        hidden,
        heads,
      );
    return {
      vocabSize: read.size(['vocab_size'], 50432),
      hidden,
      layers: read.layers(['num_hidden_layers'], 44),
      heads,
      headSize,
      /** Width of the feed-forward layer. */
      inner: read.size(['intermediate_size'], 24576),
      maxPositions,
      rotary: readRotary(read, {
        headSize,
        maxPositions,
        defaultTurnedShare: 0.25,
        outerNames: { base: 'rotary_emb_base', turnedShare: 'rotary_pct' },
      }),
      activation: read.choice('hidden_act', 'gelu', GELUS),
      layerNormEpsilon: read.positive('layer_norm_eps', 1e-5),
      tied: read.flag('tie_word_embeddings', false),
      /** Whether attention and feed-forward layer both read the layer's input, and their outputs are added to it. */
      parallelResidual: read.flag('use_parallel_residual', true),
      attentionBias: read.flag('attention_bias', true),
    };
  },

  *neededWeights({ vocabSize, hidden, layers, inner, tied, attentionBias }) {
    yield ['embed_in.weight', [vocabSize, hidden]];
    yield* layerNormWeights('final_layer_norm', hidden);
    if (!tied) yield ['embed_out.weight', [vocabSize, hidden]];
    yield* inLayers('layers', layers, [
      ...layerNormWeights('input_layernorm', hidden),
      ...layerNormWeights('post_attention_layernorm', hidden),
      ...linearWeights('attention.query_key_value', 3 * hidden, hidden, attentionBias),
      ...linearWeights('attention.dense', hidden, hidden, attentionBias),
      ...linearWeights('mlp.dense_h_to_4h', inner, hidden),
      ...linearWeights('mlp.dense_4h_to_h', hidden, inner),
    ]);
  },
});

export type GptNeoxConfig = ConfigOf<typeof gptNeox>;
