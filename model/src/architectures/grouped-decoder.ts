import type { CommonConfig } from './architecture.ts';
import type { ConfigReader } from './config-reader.ts';
import { linearWeights, type NeededWeight } from './usual-weights.ts';

/** A decoder in which several heads of queries may share keys and values. */
export interface GroupedDecoder {
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
}

export type Sizes = GroupedDecoder & Pick<CommonConfig, 'vocabSize' | 'hidden' | 'maxPositions'>;

/** What a configuration class has where a file says nothing: a key-value head for each head, and heads as wide as the model. */
export type SizeDefaults = Omit<Sizes, 'keyValueHeads' | 'headSize'> &
  Partial<Pick<Sizes, 'keyValueHeads' | 'headSize'>>;

/** Reads the sizes by the names that Llama's configuration has for them, and most of those that came later. */
export function readSizes(read: ConfigReader, defaults: SizeDefaults): Sizes {
  const hidden = read.size(['hidden_size'], defaults.hidden);
  const heads = read.size(['num_attention_heads'], defaults.heads);
  // Null is not the default, but one for each head.
  const usualKeyValueHeads = read.json.num_key_value_heads === null ? undefined : defaults.keyValueHeads;
  const sizes = {
    vocabSize: read.size(['vocab_size'], defaults.vocabSize),
    hidden,
    layers: read.layers(['num_hidden_layers'], defaults.layers),
    heads,
    keyValueHeads: read.size(['num_key_value_heads'], usualKeyValueHeads ?? heads),
    headSize: read.size(['head_dim'], defaults.headSize ?? Math.floor(hidden / heads)),
    inner: read.size(['intermediate_size'], defaults.inner),
    maxPositions: read.size(['max_position_embeddings'], defaults.maxPositions),
  };
  read.multiple('num_attention_heads', heads, 'num_key_value_heads', sizes.keyValueHeads);
  return sizes;
}

/** The names that weights outside the layers have in Llama, and in most of those that came later. */
export const LLAMA_NAMES = {
  wordEmbeddings: 'embed_tokens.weight',
  outputProjection: 'lm_head.weight',
  normaliseName: (name: string) => name.replace(/^model\./, ''),
} as const;

/** Word embeddings, the final norm, which has no bias, and the output projection, by those names. */
export function outerWeights({
  vocabSize,
  hidden,
  tied,
}: Pick<CommonConfig, 'vocabSize' | 'hidden' | 'tied'>): NeededWeight[] {
  const words: NeededWeight = [LLAMA_NAMES.wordEmbeddings, [vocabSize, hidden]];
  const norm: NeededWeight = ['norm.weight', [hidden]];
  return tied ? [words, norm] : [words, norm, [LLAMA_NAMES.outputProjection, [vocabSize, hidden]]];
}

/** The projections of queries, keys and values, and of what attention gives. */
export function attentionWeights(
  { hidden, heads, keyValueHeads, headSize }: GroupedDecoder & Pick<CommonConfig, 'hidden'>,
  biased: boolean,
  outputBiased = biased,
): NeededWeight[] {
  return [
    ...linearWeights('self_attn.q_proj', heads * headSize, hidden, biased),
    ...linearWeights('self_attn.k_proj', keyValueHeads * headSize, hidden, biased),
    ...linearWeights('self_attn.v_proj', keyValueHeads * headSize, hidden, biased),
    ...linearWeights('self_attn.o_proj', hidden, heads * headSize, outputBiased),
  ];
}

/** Scales of the norms of queries and of keys. */
export function headNormWeights(query: readonly number[], key = query): NeededWeight[] {
  return [
    ['self_attn.q_norm.weight', query],
    ['self_attn.k_norm.weight', key],
  ];
}

/** The projections of a feed-forward layer with a gate. */
export function gatedWeights(hidden: number, inner: number, biased = false): NeededWeight[] {
  return [
    ...linearWeights('mlp.gate_proj', inner, hidden, biased),
    ...linearWeights('mlp.up_proj', inner, hidden, biased),
    ...linearWeights('mlp.down_proj', hidden, inner, biased),
  ];
}
