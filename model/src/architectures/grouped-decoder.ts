import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import type { CommonConfig, ConfigProblem } from './architecture.ts';
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

type Sizes = GroupedDecoder & Pick<CommonConfig, 'vocabSize' | 'hidden' | 'maxPositions'>;

/** What a configuration class has where a file says nothing: a key-value head for each head, and heads as wide as the model. */
export type SizeDefaults = Omit<Sizes, 'keyValueHeads' | 'headSize'> &
  Partial<Pick<Sizes, 'keyValueHeads' | 'headSize'>>;

/** Reads the sizes by the names that Llama's configuration has for them, and most of those that came later. */
export function readSizes(json: JsonObject, read: ConfigReader, defaults: SizeDefaults): Sizes {
  const hidden = read.size(['hidden_size'], defaults.hidden);
  const heads = read.size(['num_attention_heads'], defaults.heads);
  // Null is not the default, but one for each head.
  const usualKeyValueHeads = json.num_key_value_heads === null ? undefined : defaults.keyValueHeads;
  return {
    vocabSize: read.size(['vocab_size'], defaults.vocabSize),
    hidden,
    layers: read.layers(['num_hidden_layers'], defaults.layers),
    heads,
    keyValueHeads: read.size(['num_key_value_heads'], usualKeyValueHeads ?? heads),
    headSize: read.size(['head_dim'], defaults.headSize ?? Math.floor(hidden / heads)),
    inner: read.size(['intermediate_size'], defaults.inner),
    maxPositions: read.size(['max_position_embeddings'], defaults.maxPositions),
  };
}

/** The names that weights outside the layers have in Llama, and in most of those that came later. */
export const LLAMA_NAMES = {
  wordEmbeddings: 'embed_tokens.weight',
  outputProjection: 'lm_head.weight',
  normaliseName: (name: string) => name.replace(/^model\./, ''),
} as const;

/** Word embeddings, the final norm, which has no bias, and the output projection, by those names. */
export function* outerWeights({
  vocabSize,
  hidden,
  tied,
}: Pick<CommonConfig, 'vocabSize' | 'hidden'> & { readonly tied: boolean }): Iterable<NeededWeight> {
  yield [LLAMA_NAMES.wordEmbeddings, [vocabSize, hidden]];
  yield ['norm.weight', [hidden]];
  if (!tied) yield [LLAMA_NAMES.outputProjection, [vocabSize, hidden]];
}

/** What is wrong where heads cannot share keys and values evenly. */
export function unevenGroups({ heads, keyValueHeads }: GroupedDecoder): ConfigProblem | undefined {
  if (heads % keyValueHeads === 0) return undefined;
  const problem = t(
    'config.json: num_attention_heads {0} is not a multiple of num_key_value_heads {1}',
    heads,
    keyValueHeads,
  );
  return { kind: 'broken', problem };
}

/** The projections of queries, keys and values, and of what attention gives. */
export function* attentionWeights(
  name: string,
  { hidden, heads, keyValueHeads, headSize }: GroupedDecoder & Pick<CommonConfig, 'hidden'>,
  biased: { readonly queryKeyValue: boolean; readonly output: boolean },
): Iterable<NeededWeight> {
  for (const [role, count] of [
    ['q', heads],
    ['k', keyValueHeads],
    ['v', keyValueHeads],
  ] as const)
    yield* linearWeights(`${name}.${role}_proj`, count * headSize, hidden, biased.queryKeyValue);
  yield* linearWeights(`${name}.o_proj`, hidden, heads * headSize, biased.output);
}

/** The projections of a feed-forward layer with a gate. */
export function* gatedWeights(name: string, hidden: number, inner: number, biased = false): Iterable<NeededWeight> {
  yield* linearWeights(`${name}.gate_proj`, inner, hidden, biased);
  yield* linearWeights(`${name}.up_proj`, inner, hidden, biased);
  yield* linearWeights(`${name}.down_proj`, hidden, inner, biased);
}
