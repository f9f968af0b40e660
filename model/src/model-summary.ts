import { architectureOf } from './architectures/index.ts';
import type { ModelFolder } from './model-folder.ts';

/** What a reader wants to know of a model before training on it. */
export interface ModelSummary {
  /** The `model_type` of its configuration, such as `gpt2`. */
  readonly architecture: string;
  readonly layers: number;
  /** Width of an embedding. */
  readonly hidden: number;
  /** How many numbers its weights are; a weight that is used twice counts once. */
  readonly parameters: number;
  /** Of the weights, as they are on disk; undefined for a model whose weights have not been made yet. */
  readonly bytes: number | undefined;
  /** Rows of its embedding. */
  readonly vocabulary: number;
}

/** Takes no look at the disk: all of it is known of a configuration that was read. */
export function modelSummary({
  config,
  weights,
}: Pick<ModelFolder, 'config'> & Partial<Pick<ModelFolder, 'weights'>>): ModelSummary {
  const shapes = [...architectureOf(config.modelType).neededWeights(config)].map(([, shape]) => shape);
  return {
    architecture: config.modelType,
    layers: config.layers,
    hidden: config.hidden,
    parameters: sum(shapes.map((shape) => shape.reduce((product, size) => product * size, 1))),
    bytes: weights && sum([...weights.values()].map(({ length }) => length)),
    vocabulary: config.vocabSize,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
