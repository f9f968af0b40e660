import { architectureOf, type GraphConfigs, type ModelConfig } from '../../../model/src/architectures/index.ts';
import type { ModelFolder } from '../../../model/src/model-folder.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Architecture } from './architecture.ts';
import { FrozenLayers } from './frozen-layers.ts';
import * as graphs from './graphs.ts';
import { FrozenWeights } from './weights.ts';

/** A model folder with what is needed to put it into graphs. */
export interface Backbone {
  readonly model: ModelFolder;
  /** The folder that sessions over these graphs must be given. */
  readonly weightsFolder: string;
  /** The name of the word embeddings [vocab, hidden] among the model's weights. */
  readonly wordEmbeddings: string;
  /** The name of the output projection [vocab, hidden], which may be the same. */
  readonly outputProjection: string;
  /** A row of more tokens is computed otherwise from its first one on; undefined where all rows are computed alike. */
  readonly longRowsOver?: number | undefined;
  architecture(graph: Graph): Architecture;
}

type GraphFunction<Config> = (frozen: FrozenLayers, config: Config) => Architecture;

/** One for every name that a description has, for all types that name it. */
const GRAPHS: { readonly [Name in keyof GraphConfigs]: GraphFunction<GraphConfigs[Name]> } = graphs;

export function backboneOf(model: ModelFolder): Backbone {
  const weights = new FrozenWeights(model);
  const { config } = model;
  const { graph: name, wordEmbeddings, outputProjection } = architectureOf(config.modelType);
  const build = GRAPHS[name] as GraphFunction<ModelConfig>;
  return {
    model,
    weightsFolder: weights.folder,
    wordEmbeddings,
    outputProjection: config.tied ? wordEmbeddings : outputProjection,
    longRowsOver: 'rotary' in config ? config.rotary.long?.over : undefined,
    architecture: (graph) => build(new FrozenLayers(graph, weights), config),
  };
}
