import { architectureOf, type ModelConfig } from '../../../model/src/architectures/index.ts';
import type { ModelFolder } from '../../../model/src/model-folder.ts';
import type { Graph } from '../onnx/graph.ts';
import { apertus } from './apertus.ts';
import type { Architecture } from './architecture.ts';
import { bloom } from './bloom.ts';
import { cohere } from './cohere.ts';
import { gemma } from './gemma.ts';
import { gptNeox } from './gpt-neox.ts';
import { gpt2 } from './gpt2.ts';
import { gptj } from './gptj.ts';
import { llama } from './llama.ts';
import { olmo2 } from './olmo2.ts';
import { opt } from './opt.ts';
import { FrozenWeights, type Weights } from './weights.ts';
import { xglm } from './xglm.ts';

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

type GraphFunction<Config> = (graph: Graph, config: Config, weights: Weights) => Architecture;

/** The graph function of every supported `model_type`. */
const GRAPHS: { readonly [Type in ModelConfig['modelType']]: GraphFunction<ModelConfig & { modelType: Type }> } = {
  gpt2,
  llama,
  mistral: llama,
  qwen2: llama,
  qwen3: llama,
  phi3: llama,
  smollm3: llama,
  granite: llama,
  gemma2: gemma,
  gemma3_text: gemma,
  gemma3: gemma,
  cohere,
  cohere2: cohere,
  apertus,
  olmo2,
  gptj,
  gpt_neox: gptNeox,
  opt,
  bloom,
  xglm,
};

export function backboneOf(model: ModelFolder): Backbone {
  const weights = new FrozenWeights(model);
  const { config } = model;
  const { wordEmbeddings, outputProjection } = architectureOf(config.modelType);
  const build = GRAPHS[config.modelType] as GraphFunction<ModelConfig>;
  return {
    model,
    weightsFolder: weights.folder,
    wordEmbeddings,
    outputProjection: config.tied ? wordEmbeddings : outputProjection,
    longRowsOver: 'rotary' in config ? config.rotary.long?.over : undefined,
    architecture: (graph) => build(graph, config, weights),
  };
}
