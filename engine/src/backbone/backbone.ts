import type { ModelFolder } from '../../../model/src/model-folder.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Architecture } from './architecture.ts';
import { gpt2 } from './gpt2.ts';
import { FrozenWeights } from './weights.ts';

/** A model folder with what is needed to put it into graphs. */
export interface Backbone {
  readonly model: ModelFolder;
  /** The folder that sessions over these graphs must be given. */
  readonly weightsFolder: string;
  /** The name of the word embeddings [vocab, hidden] among the model's weights. */
  readonly wordEmbeddings: string;
  architecture(graph: Graph): Architecture;
}

const WORD_EMBEDDINGS = { gpt2: 'wte.weight' } as const;

export function backboneOf(model: ModelFolder): Backbone {
  const weights = new FrozenWeights(model);
  return {
    model,
    weightsFolder: weights.folder,
    wordEmbeddings: WORD_EMBEDDINGS[model.config.modelType],
    architecture(graph) {
      switch (model.config.modelType) {
        case 'gpt2':
          return gpt2(graph, model.config, weights);
      }
    },
  };
}
