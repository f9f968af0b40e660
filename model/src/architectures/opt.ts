import { RELU_OR_GELUS } from './activations.ts';
import { architecture, type ConfigOf } from './architecture.ts';
import { inLayers, layerNormWeights, linearWeights } from './usual-weights.ts';

/** The table of positions has rows in front that no token uses. */
export const OPT_FIRST_POSITION = 2;

/** OPT (Zhang et al. 2022) as `OPTForCausalLM` reads it. `hidden` is the width of a word embedding. */
export const opt = architecture({
  modelType: 'opt',
  graph: 'opt',
  wordEmbeddings: 'embed_tokens.weight',
  outputProjection: 'lm_head.weight',
  normaliseName: (name) => name.replace(/^(model\.)?decoder\./, ''),

  settings(read) {
    const width = read.size(['hidden_size'], 768);
    const heads = read.size(['num_attention_heads'], 12);
    const normalisesBefore = read.flag('do_layer_norm_before', true);
    read.multiple('hidden_size', width, 'num_attention_heads', heads);
    return {
      vocabSize: read.size(['vocab_size'], 50272),
      hidden: read.size(['word_embed_proj_dim'], width),
      layers: read.layers(['num_hidden_layers'], 12),
      heads,
      /** Width of what goes through the layers; word embeddings of another width are projected to it and back. */
      width,
      /** Width of the feed-forward layer. */
      inner: read.size(['ffn_dim'], 3072),
      maxPositions: read.size(['max_position_embeddings'], 2048),
      activation: read.choice('activation_function', 'relu', RELU_OR_GELUS),
      layerNormEpsilon: 1e-5,
      tied: read.flag('tie_word_embeddings', true),
      /** Whether the halves of a layer normalise what they read; else what they add to (OPT 350m). */
      normalisesBefore,
      /** Whether what the last layer gives is normalised. */
      finalNorm: normalisesBefore && !read.flag('_remove_final_layer_norm', false),
      biases: read.flag('enable_bias', true),
      /** Whether norms have weights and biases. */
      learntNorms: read.flag('layer_norm_elementwise_affine', true),
    };
  },

  *neededWeights({ vocabSize, hidden, width, layers, inner, maxPositions, tied, biases, finalNorm, learntNorms }) {
    yield ['embed_tokens.weight', [vocabSize, hidden]];
    yield ['embed_positions.weight', [maxPositions + OPT_FIRST_POSITION, width]];
    if (hidden !== width) {
      yield ['project_in.weight', [width, hidden]];
      yield ['project_out.weight', [hidden, width]];
    }
    if (!tied) yield ['lm_head.weight', [vocabSize, hidden]];
    yield* inLayers('layers', layers, [
      ...linearWeights('self_attn.q_proj', width, width, biases),
      ...linearWeights('self_attn.k_proj', width, width, biases),
      ...linearWeights('self_attn.v_proj', width, width, biases),
      ...linearWeights('self_attn.out_proj', width, width, biases),
      ...linearWeights('fc1', inner, width, biases),
      ...linearWeights('fc2', width, inner, biases),
    ]);
    if (!learntNorms) return;
    if (finalNorm) yield* layerNormWeights('final_layer_norm', width);
    yield* inLayers('layers', layers, [
      ...layerNormWeights('self_attn_layer_norm', width),
      ...layerNormWeights('final_layer_norm', width),
    ]);
  },
});

export type OptConfig = ConfigOf<typeof opt>;
