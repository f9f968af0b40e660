import type { JsonObject } from '../json.ts';
import type { PromptPrefix } from '../prompt-prefix.ts';
import type { NeededWeight } from './usual-weights.ts';

/** What every architecture's configuration has. */
export interface CommonConfig {
  readonly vocabSize: number;
  /** Width of an embedding. */
  readonly hidden: number;
  /** Longest sequence in tokens, virtual tokens included. */
  readonly maxPositions: number;
  readonly bosId?: number;
  readonly eosId?: number;
  /** Word embeddings are this many times what their weight holds, where that is not once. */
  readonly embeddingScale?: number;
  /** The text with which every prompt begins, for backbones that were trained with one. */
  readonly prefix?: PromptPrefix;
}

export type ConfigProblem =
  /** A well-formed configuration of something that the engine cannot run. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  /** A configuration that makes no sense. */
  | { readonly kind: 'broken'; readonly problem: string };

/** All that `model/` has to know of one architecture: a file each, listed in `index.ts`. */
export interface Architecture<Config extends CommonConfig & { readonly modelType: string; readonly tied: boolean }> {
  readonly modelType: Config['modelType'];
  /** Reads what belongs to this architecture; `common` has been read from the same file. */
  parseConfig(json: JsonObject, common: ConfigExtras): { readonly config: Config } | ConfigProblem;
  /** The name of the word embeddings [vocab, hidden] among the weights. */
  readonly wordEmbeddings: string;
  /** The name of the output projection [vocab, hidden], where it is not the word embeddings (`tied`). */
  readonly outputProjection: string;
  /** The one name we use for a tensor that checkpoints call by several. */
  normaliseName(name: string): string;
  /** Every weight that the forward pass needs, by normalised name, with its shape. */
  neededWeights(config: Config): Iterable<NeededWeight>;
}

/** The parts of a configuration that are read alike for every architecture. */
export type ConfigExtras = Pick<CommonConfig, 'bosId' | 'eosId' | 'prefix'>;
