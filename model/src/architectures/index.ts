import type { Architecture } from './architecture.ts';
import { type Gpt2Config, gpt2 } from './gpt2.ts';

/** The configuration of a supported model; `modelType` tells which. */
export type ModelConfig = Gpt2Config;

/** One entry per supported `model_type`; a new architecture is a file of its own and a line here. */
export const ARCHITECTURES: {
  readonly [Type in ModelConfig['modelType']]: Architecture<ModelConfig & { modelType: Type }>;
} = { gpt2 };

export const SUPPORTED_MODEL_TYPES = Object.keys(ARCHITECTURES) as ModelConfig['modelType'][];
