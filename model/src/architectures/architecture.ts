import type { JsonObject } from '../json.ts';
import type { PromptPrefix } from '../prompt-prefix.ts';
import { ConfigReader } from './config-reader.ts';
import type { NeededWeight } from './usual-weights.ts';

/** What the configuration of any architecture has. */
export interface CommonConfig extends ConfigExtras {
  readonly vocabSize: number;
  /** Width of an embedding. */
  readonly hidden: number;
  readonly layers: number;
  /** Longest sequence in tokens, virtual tokens included. */
  readonly maxPositions: number;
  /** Whether the output projection is the word embeddings; else it is a weight of its own. */
  readonly tied: boolean;
  /** Word embeddings are this many times what their weight holds, where that is not once. */
  readonly embeddingScale?: number;
}

/** The parts of a configuration that are read alike for every architecture. */
export interface ConfigExtras {
  readonly bosId?: number;
  readonly eosId?: number;
  /** The text with which every prompt begins, for backbones that were trained with one. */
  readonly prefix?: PromptPrefix;
}

export type ConfigProblem =
  /** A well-formed configuration of something that the engine cannot run. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  /** A configuration that makes no sense. */
  | { readonly kind: 'broken'; readonly problem: string };

/** What is peculiar to one architecture: how its folder is read. */
export interface Description<Settings, Type extends string, Graph extends string> {
  /** As `config.json` has it. */
  readonly modelType: Type;
  /** The graph function of the engine that computes it. */
  readonly graph: Graph;
  /** The name of the word embeddings [vocab, hidden] among the weights. */
  readonly wordEmbeddings: string;
  /** The name of the output projection [vocab, hidden], where it is not the word embeddings (`tied`). */
  readonly outputProjection: string;
  /** The one name we use for a tensor that checkpoints call by several. */
  normaliseName(name: string): string;
  /** The part of `config.json` that holds the settings, where that is not all of it. */
  part?(json: JsonObject): JsonObject;
  /** What is wrong is left in `read`; what is undefined is left out. */
  settings(read: ConfigReader): Settings;
  /**
   * Every weight that the forward pass needs, by normalised name, with its shape. Like the names of the settings, their order is
   * part of a model's fingerprint: prompts that were trained with another one would be refused.
   */
  neededWeights(config: Settings): Iterable<NeededWeight>;
}

/** All that `model/` has to know of one architecture. */
export interface Architecture<Config, Graph extends string = string>
  extends Omit<Description<Config, string, Graph>, 'part' | 'settings'> {
  /** Reads what belongs to this architecture; `extras` have been read from the same file. */
  parseConfig(json: JsonObject, extras: ConfigExtras): { readonly config: Config } | ConfigProblem;
}

/** The configuration that an architecture reads. */
export type ConfigOf<A> = A extends Architecture<infer Config> ? Config : never;

type Needed = Omit<CommonConfig, keyof ConfigExtras>;
type Configuration<Settings, Type> = { readonly modelType: Type } & Readonly<Settings> & CommonConfig;

export function architecture<Settings extends Needed, const Type extends string, const Graph extends string>(
  description: Description<Settings, Type, Graph>,
): Architecture<Configuration<Settings, Type>, Graph> {
  const { part = (json) => json, settings, ...rest } = description;
  return {
    ...rest,
    parseConfig(json, extras) {
      const read = new ConfigReader(part(json));
      const config = { modelType: rest.modelType, ...settings(read), ...extras };
      if (read.broken) return { kind: 'broken', problem: read.broken };
      if (read.unsupported) return { kind: 'unsupported', reason: read.unsupported };
      if (read.unfit) return { kind: 'broken', problem: read.unfit };
      const given = Object.entries(config).filter(([, value]) => value !== undefined);
      return { config: Object.fromEntries(given) as unknown as Configuration<Settings, Type> };
    },
  };
}
