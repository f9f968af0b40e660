import { apertus } from './apertus.ts';
import type { Architecture } from './architecture.ts';
import { bloom } from './bloom.ts';
import { cohere, cohere2 } from './cohere.ts';
import { gemma2, gemma3, gemma3Text } from './gemma.ts';
import { gptNeox } from './gpt-neox.ts';
import { gpt2 } from './gpt2.ts';
import { gptj } from './gptj.ts';
import { granite, llama, mistral, phi3, qwen2, qwen3, smollm3 } from './llama.ts';
import { olmo2 } from './olmo2.ts';
import { opt } from './opt.ts';
import { xglm } from './xglm.ts';

/** A new architecture is a file of its own and its name here. */
const ARCHITECTURES = [
  gpt2,
  llama,
  mistral,
  qwen2,
  qwen3,
  phi3,
  smollm3,
  granite,
  gemma2,
  gemma3Text,
  gemma3,
  cohere,
  cohere2,
  apertus,
  olmo2,
  gptj,
  gptNeox,
  opt,
  bloom,
  xglm,
] as const;

type ConfigOf<A> = A extends Architecture<infer Config> ? Config : never;

/** The configuration of a supported model; `modelType` tells which. */
export type ModelConfig = ConfigOf<(typeof ARCHITECTURES)[number]>;

const BY_TYPE = new Map<string, Architecture<ModelConfig>>(
  ARCHITECTURES.map((architecture) => [architecture.modelType, architecture as unknown as Architecture<ModelConfig>]),
);

/** The architecture of a type, for configurations that it has read itself. */
export function architectureOf(modelType: ModelConfig['modelType']): Architecture<ModelConfig> {
  return BY_TYPE.get(modelType)!;
}

export const SUPPORTED_MODEL_TYPES = ARCHITECTURES.map(
  ({ modelType }) => modelType,
) as readonly ModelConfig['modelType'][];
