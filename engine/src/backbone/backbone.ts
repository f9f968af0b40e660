import type { ModelConfig } from '../../../model/src/architectures/index.ts';
import type { ModelFolder } from '../../../model/src/model-folder.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Architecture } from './architecture.ts';
import { gptNeox } from './gpt-neox.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
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

const WORD_EMBEDDINGS: Readonly<Record<ModelConfig['modelType'], string>> = {
  gpt2: 'wte.weight',
  llama: 'embed_tokens.weight',
  mistral: 'embed_tokens.weight',
  qwen2: 'embed_tokens.weight',
  qwen3: 'embed_tokens.weight',
  gpt_neox: 'embed_in.weight',
};

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
        case 'llama':
        case 'mistral':
        case 'qwen2':
        case 'qwen3':
          return llama(graph, model.config, weights);
        case 'gpt_neox':
          return gptNeox(graph, model.config, weights);
      }
    },
  };
}
