import type { Architecture } from './architecture.ts';
import { type GptNeoxConfig, gptNeox } from './gpt-neox.ts';
import { type Gpt2Config, gpt2 } from './gpt2.ts';
import { type LlamaConfig, llama, mistral, qwen2, qwen3 } from './llama.ts';

/** The configuration of a supported model; `modelType` tells which. */
export type ModelConfig =
  | Gpt2Config
  | LlamaConfig<'llama'>
  | LlamaConfig<'mistral'>
  | LlamaConfig<'qwen2'>
  | LlamaConfig<'qwen3'>
  | GptNeoxConfig;

/** One entry per supported `model_type`; a new architecture is a file of its own and a line here. */
const ARCHITECTURES: {
  readonly [Type in ModelConfig['modelType']]: Architecture<ModelConfig & { modelType: Type }>;
} = { gpt2, llama, mistral, qwen2, qwen3, gpt_neox: gptNeox };

/** The architecture of a type, for configurations that it has read itself. */
export function architectureOf(modelType: ModelConfig['modelType']): Architecture<ModelConfig> {
  return ARCHITECTURES[modelType] as Architecture<ModelConfig>;
}

export const SUPPORTED_MODEL_TYPES = Object.keys(ARCHITECTURES) as ModelConfig['modelType'][];
