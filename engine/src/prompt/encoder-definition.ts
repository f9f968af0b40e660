import type { EncoderType } from '../../../task/src/types.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import type { Random } from '../random.ts';

/** A task whose prompt is learnt. */
export interface EncoderTask {
  readonly taskname: string;
  readonly virtualTokens: number;
  /** [n, hidden]: frozen word embeddings of the task name's tokens; n may be 0. */
  readonly nameEmbeddings: Float32Array;
  /** [virtualTokens, hidden]: where `embedding` and `residual` start; random where left out. */
  readonly initial?: Float32Array;
}

export interface EncoderSpec {
  readonly type: EncoderType;
  /** Width of the backbone's embeddings. */
  readonly hidden: number;
  /** Layers of `lstm` (1 or more) and of `mlp` (2 or more). */
  readonly numLayers: number;
  /** Width inside the encoder; null takes the type's default. */
  readonly encoderHidden: number | null;
  /** Share of values that are dropped between the layers of `lstm` in training: 0 or more, below 1. */
  readonly dropout: number;
  /** Whether the task name's embeddings replace the first rows of the learnt input, as in NeMo 1.10. */
  readonly conditioned: boolean;
}

export interface ParameterDefinition {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: (random: Random) => Float32Array;
}

/** An encoder for certain tasks: its parameters, and how virtual embeddings come of them. */
export interface EncoderDefinition {
  readonly parameters: readonly ParameterDefinition[];
  /** Inputs that hold 0 for a dropped value and 1 / (1 − dropout) for a kept one. */
  readonly dropoutMasks: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /**
   * Appends the encoder to a graph. `value` gives a parameter or mask by name. Returns the virtual embeddings of all
   * tasks below each other in their order, [Σ virtual tokens, hidden].
   */
  build(graph: Graph, value: (name: string) => Value): Value;
}

export type DefineEncoder = (spec: EncoderSpec, tasks: readonly EncoderTask[]) => EncoderDefinition;
