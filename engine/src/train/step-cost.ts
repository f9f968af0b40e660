import type { ModelSummary } from '../../../model/src/model-summary.ts';
import { TOKENS_A_RUN } from './batch-runs.ts';
import { packs } from './prepacking.ts';

/*
 * What a step takes, reckoned from sizes alone: time from the products of matrices that it cannot do without and this machine's speed
 * in them, memory from what has to be held at once. For models that nobody has opened yet, too.
 */

/** What of a model decides what a step takes. */
export type ModelSizes = Pick<ModelSummary, 'layers' | 'hidden' | 'parameters' | 'bytes' | 'vocabulary'>;

/** Of a batch: tokens that go through the backbone, what all rows share counted once, and tokens that are predicted. */
export interface StepSizes {
  readonly tokens: number;
  readonly targets: number;
}

/** Of the speed of products, what a step reaches that is made of little else. */
const REACHED = 0.75;

/** Seconds that each layer takes besides its products: a hundred or so nodes of the graph are begun, forward and backward. */
const BEGUN = 3e-4;

/** Bytes of a process with the runtime, a tokeniser and sessions of small graphs. */
const PROCESS_BYTES = 250 * 2 ** 20;

/** Floats that the forward pass keeps of a token in a layer for the backward pass, in widths of the model. */
const KEPT_WIDTHS = 18;

/** Seconds of a training step on this machine's processor, the prompt encoder's left out. @param speed of `productSpeed` */
export function reckonSeconds(
  { layers, hidden, vocabulary, parameters }: ModelSizes,
  { tokens, targets }: StepSizes,
  speed: number,
): number {
  const inLayers = parameters - hidden * vocabulary;
  // A multiplication and an addition, forward and, for activations alone, backward.
  const operations = 4 * (tokens * inLayers + targets * hidden * vocabulary);
  return operations / (REACHED * speed) + layers * BEGUN;
}

/** Bytes that the process holds, but for the prompt encoder's. */
export function reckonBytes(model: ModelSizes, { tokens, targets }: StepSizes): number {
  const { hidden, layers, vocabulary, parameters, bytes } = model;
  const atOnce = Math.min(tokens, TOKENS_A_RUN);
  const kept = 4 * atOnce * layers * KEPT_WIDTHS * hidden;
  const logits = 3 * 4 * targets * vocabulary * (atOnce / tokens);
  const float32 = 4 * parameters;
  const stored = bytes ?? float32;
  const weights = stored + (packs(stored, float32) ? 2 * float32 : 0);
  return PROCESS_BYTES + weights + kept + logits;
}
