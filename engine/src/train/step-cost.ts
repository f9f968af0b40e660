import { availableParallelism } from 'node:os';
import type { ModelSummary } from '../../../model/src/model-summary.ts';
import { PREPACKED_BYTES } from './backbone-step.ts';
import { TOKENS_A_RUN } from './batch-runs.ts';

/*
 * What a step takes, reckoned from sizes alone: time from the products of matrices that it cannot do without, memory from what
 * has to be held at once. It is right to a factor of about three, for models that nobody has opened yet, too.
 */

/** What of a model decides what a step takes. */
export type ModelSizes = Pick<ModelSummary, 'layers' | 'hidden' | 'parameters' | 'bytes' | 'vocabulary'>;

/** Of a batch: tokens that go through the backbone, what all rows share counted once, and tokens that are predicted. */
export interface StepSizes {
  readonly tokens: number;
  readonly targets: number;
}

/** Floating-point operations a second and core: between a laptop's and a server's, and far from the peak of either. */
const SPEED = 5e10;

/** Bytes of a process with the runtime, a tokeniser and sessions of small graphs. */
const PROCESS_BYTES = 250 * 2 ** 20;

/** Floats that the forward pass keeps of a token in a layer for the backward pass, in widths of the model. */
const KEPT_WIDTHS = 18;

/** Seconds of a training step on this machine's processor. */
export function reckonSeconds({ hidden, vocabulary, parameters }: ModelSizes, { tokens, targets }: StepSizes): number {
  const inLayers = parameters - hidden * vocabulary;
  // A multiplication and an addition, forward and, for activations alone, backward.
  const operations = 4 * (tokens * inLayers + targets * hidden * vocabulary);
  return operations / (SPEED * availableParallelism());
}

/** Bytes that the process holds, but for the prompt encoder's. */
export function reckonBytes(model: ModelSizes, { tokens, targets }: StepSizes): number {
  const { hidden, layers, vocabulary, parameters, bytes } = model;
  const atOnce = Math.min(tokens, TOKENS_A_RUN);
  const kept = 4 * atOnce * layers * KEPT_WIDTHS * hidden;
  const logits = 3 * 4 * targets * vocabulary * (atOnce / tokens);
  const float32 = 4 * parameters;
  // Each product of a small model has its matrix in a layout of its own, forward and backward.
  const weights = (bytes ?? float32) + (float32 <= PREPACKED_BYTES ? 2 * float32 : 0);
  return PROCESS_BYTES + weights + kept + logits;
}
