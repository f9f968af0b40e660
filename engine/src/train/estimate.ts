import { availableParallelism } from 'node:os';
import { modelSummary } from '../../../model/src/model-summary.ts';
import type { RunEstimate } from '../../../protocol/src/engine.ts';
import { countTargets } from '../data/token-row.ts';
import { initialParameters, PromptEncoder } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import { BackboneStep, PREPACKED_BYTES, type TaskRow, TOKENS_A_RUN } from './backbone-step.ts';
import type { TrainingPlan } from './plan.ts';

/*
 * What a run will take, before it is begun. Time is measured on real steps where that is wanted, and otherwise reckoned
 * from the products of matrices that a step cannot do without; memory is always reckoned.
 */

/** Floating-point operations a second and core: between a laptop's and a server's, and far from the peak of either. */
const SPEED = 5e10;

/** Rows that stand for all of them. */
const SAMPLE = 200;

/** Of a training step, per row: validation runs forward alone, once for the loss and once for the answers. */
const VALIDATION_SHARE = 0.8;

/** Bytes of a process with the runtime, a tokeniser and sessions of small graphs. */
const PROCESS_BYTES = 250 * 2 ** 20;

/** Floats that the forward pass keeps of a token in a layer for the backward pass, in widths of the model. */
const KEPT_WIDTHS = 28;

/** A step's parameter, its gradient and two moments, with a copy while the encoder runs. */
const BYTES_A_PARAMETER = 24;

/** How many numbers a run learns. */
export function learntParameters(plan: TrainingPlan): number {
  const parameters = initialParameters(plan.encoder, plan.encoderTasks, Random.fromSeed(0));
  return [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
}

/** @param secondsPerStep as measured; reckoned where it is left out */
export function estimateRun(plan: TrainingPlan, secondsPerStep?: number): RunEstimate {
  const perStep = secondsPerStep ?? reckonStep(plan);
  const { batch_size, max_epochs } = plan.project.file.trainer;
  const validationSteps = (plan.validation.size / batch_size) * VALIDATION_SHARE * max_epochs;
  return {
    basis: secondsPerStep === undefined ? 'reckoned' : 'measured',
    secondsPerStep: perStep,
    seconds: perStep * (plan.totalSteps + validationSteps),
    memoryBytes: reckonMemory(plan),
  };
}

/**
 * Seconds of a training step with rows of this plan, loading left out.
 * @param between awaited before each step; what it throws ends the measurement
 */
export async function measureStep(plan: TrainingPlan, between: () => Promise<void>): Promise<number> {
  const parameters = initialParameters(plan.encoder, plan.encoderTasks, Random.fromSeed(0));
  const backbone = new BackboneStep(plan.project.backbone);
  let encoder: PromptEncoder | undefined;
  try {
    encoder = await PromptEncoder.create(plan.encoder, plan.encoderTasks);
    const batch = spread(plan, plan.project.file.trainer.batch_size);
    let fastest = Number.POSITIVE_INFINITY;
    // The first step makes the sessions.
    for (let step = 0; step < 3; step++) {
      await between();
      const started = performance.now();
      const { dVirtual } = await backbone.run(batch, await encoder.encode(parameters));
      await encoder.gradients(parameters, dVirtual);
      fastest = Math.min(fastest, (performance.now() - started) / 1000);
    }
    return fastest;
  } finally {
    await encoder?.release();
    await backbone.release();
  }
}

function reckonStep(plan: TrainingPlan): number {
  const { hidden, vocabulary, parameters } = modelSummary(plan.project.backbone.model);
  const { tokens, targets } = stepSizes(plan);
  const inLayers = parameters - hidden * vocabulary;
  // A multiplication and an addition, forward and, for activations alone, backward.
  const operations = 4 * (tokens * inLayers + targets * hidden * vocabulary);
  return operations / (SPEED * availableParallelism());
}

function reckonMemory(plan: TrainingPlan): number {
  const { hidden, layers, vocabulary, parameters, bytes } = modelSummary(plan.project.backbone.model);
  const { tokens, targets } = stepSizes(plan);
  const atOnce = Math.min(tokens, TOKENS_A_RUN);
  const kept = 4 * atOnce * layers * KEPT_WIDTHS * hidden;
  const logits = 3 * 4 * targets * vocabulary * (atOnce / tokens);
  // Weights in half precision are used in single, and small models keep a second copy for speed.
  const copies = bytes !== undefined && bytes <= PREPACKED_BYTES ? 2 : 1;
  const weights = 4 * parameters * copies;
  return PROCESS_BYTES + weights + kept + logits + BYTES_A_PARAMETER * learntParameters(plan);
}

/** Of a mean batch: tokens that go through the backbone, what all rows share counted once, and tokens that are predicted. */
function stepSizes(plan: TrainingPlan): { tokens: number; targets: number } {
  const rows = spread(plan, SAMPLE);
  const { batch_size } = plan.project.file.trainer;
  let tokens = 0;
  let targets = 0;
  for (const { taskname, row } of rows) {
    tokens += row.ids.length - plan.tasks.get(taskname)!.tokeniser.leading().length;
    targets += countTargets(row);
  }
  const shared = [...plan.tasks.values()].reduce((sum, { tokeniser }) => sum + tokeniser.leading().length, 0);
  return { tokens: (tokens / rows.length) * batch_size + shared, targets: (targets / rows.length) * batch_size };
}

/** At most so many training rows, at even distances. */
function spread({ train }: TrainingPlan, most: number): TaskRow[] {
  const count = Math.min(train.size, most);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * train.size) / count);
    return { taskname: train.taskname(row), row: train.tokens(row) };
  });
}
