import { apertus } from './apertus.ts';
import type { Architecture, ConfigOf } from './architecture.ts';
import { bloom } from './bloom.ts';
import { cohere, cohere2 } from './cohere.ts';
import { gemma2, gemma3, gemma3Text } from './gemma.ts';
import { gptNeox } from './gpt-neox.ts';
import { gpt2 } from './gpt2.ts';
import { gptj } from './gptj.ts';
import { llamas } from './llama.ts';
import { olmo2 } from './olmo2.ts';
import { opt } from './opt.ts';
import { xglm } from './xglm.ts';

/** A new architecture is a file of its own and its name here; messages list them in this order. */
const ARCHITECTURES = [
  gpt2,
  ...llamas,
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

type Described = (typeof ARCHITECTURES)[number];

/** The configuration of a supported model; `modelType` tells which. */
export type ModelConfig = ConfigOf<Described>;

/** The configurations that each graph function of the engine is given, by its name. */
export type GraphConfigs = { [Each in Described as Each['graph']]: ConfigOf<Each> };

type AnyArchitecture = Architecture<ModelConfig, Described['graph']>;

const BY_TYPE = new Map<string, AnyArchitecture>(
  ARCHITECTURES.map((architecture) => [architecture.modelType, architecture as unknown as AnyArchitecture]),
);

/** The architecture of a type, for configurations that it has read itself. */
export function architectureOf(modelType: ModelConfig['modelType']): AnyArchitecture {
  return BY_TYPE.get(modelType)!;
}

export const SUPPORTED_MODEL_TYPES = ARCHITECTURES.map(
  ({ modelType }) => modelType,
) as readonly ModelConfig['modelType'][];
