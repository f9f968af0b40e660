import type { Backbone } from '../backbone/backbone.ts';
import { packBatch } from '../data/packed-batch.ts';
import type { TokenRow } from '../data/token-row.ts';
import { fixedBytes } from '../onnx/element-bytes.ts';
import { takeFrozenPart } from '../onnx/frozen-part.ts';
import { useInt8Products } from '../onnx/int8-products.ts';
import { namedSizes, peakLiveBytes } from '../onnx/live-bytes.ts';
import { unpackAtUse } from '../onnx/unpack-at-use.ts';
import { type WeightBytes, weightBytes } from '../onnx/weight-bytes.ts';
import { longOf, virtualPlaces } from './batch-runs.ts';
import { isLean } from './lean-step.ts';
import { buildStepGraph } from './step-graph.ts';

/** How a step is run, as far as its memory depends on it. */
export interface StepForm {
  readonly gradient: boolean;
  readonly recompute: boolean;
  readonly prepack: boolean;
  /** Products with frozen matrices are those of 8-bit integers. */
  readonly int8: boolean;
  /** As `isLean` says where it is left out. */
  readonly lean?: boolean;
}

/** Rows that go through the backbone at once, and their virtual tokens, those of each prompt. */
export interface FullRun {
  readonly rows: readonly TokenRow[];
  readonly virtualTokens: number;
}

export interface StepMemory extends WeightBytes {
  /** Of weights, and of what is made of them beforehand, that are fed: of all sessions together. */
  readonly held: number;
  /** Of everything that a run computes, at its fullest. */
  readonly live: number;
}

/** Bytes that a session of the step graph takes for a run of these rows, reckoned from the graph itself. */
export function stepMemory(
  backbone: Backbone,
  { rows, virtualTokens }: FullRun,
  { gradient, recompute, prepack, int8, ...form }: StepForm,
): StepMemory {
  const places = virtualPlaces(rows);
  const { graph, inverses, windows, asksPlaces } = buildStepGraph(backbone.architecture, places, {
    gradient,
    recompute,
  });
  const lean = form.lean ?? isLean(graph, recompute);
  let held = 0;
  if (int8) {
    const { vocabSize } = backbone.model.config;
    const hold = useInt8Products(graph, { largest: 127, vocabSize, beforehand: !prepack });
    const frozen = takeFrozenPart(graph, (name) => hold.has(name));
    held = frozen.reduce((sum, { input }) => sum + fixedBytes(input), 0);
  }
  if (!prepack) unpackAtUse(graph);
  const long = longOf(rows, backbone);
  const feeds = packBatch(rows, { virtualTokens, places, inverses, windows, asksPlaces, weight: 1, long });
  const sizes = { ...namedSizes(graph.inputs, feeds), virtual: virtualTokens };
  // What is held goes in as the caller's inputs do, which are there from the beginning to the end.
  return { ...weightBytes(graph, prepack), held, live: peakLiveBytes(graph, sizes, !lean) - held };
}
