import type { ModelFolder } from './model-folder.ts';

/** What a reader wants to know of a model before training on it. */
export interface ModelDescription {
  /** The `model_type` of its configuration, such as `gpt2`. */
  readonly architecture: string;
  readonly layers: number;
  /** Width of an embedding. */
  readonly hidden: number;
  /** How many numbers its weights are; a weight that is used twice counts once. */
  readonly parameters: number;
  /** Of the weights, as they are on disk. */
  readonly bytes: number;
  /** Rows of its embedding. */
  readonly vocabulary: number;
}

/** Takes no look at the disk: all of it is known of a folder that is open. */
export function describeModel({ config, weights }: Pick<ModelFolder, 'config' | 'weights'>): ModelDescription {
  const refs = [...weights.values()];
  return {
    architecture: config.modelType,
    layers: config.layers,
    hidden: config.hidden,
    parameters: sum(refs.map(({ shape }) => shape.reduce((product, size) => product * size, 1))),
    bytes: sum(refs.map(({ length }) => length)),
    vocabulary: config.vocabSize,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
