import { modelSummary } from '../../../model/src/model-summary.ts';
import type { RunEstimate } from '../../../protocol/src/engine.ts';
import { countTargets } from '../data/token-row.ts';
import { initialParameters, PromptEncoder } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { BackboneStep, type TaskRow } from './backbone-step.ts';
import type { TrainingPlan } from './plan.ts';
import { reckonBytes, reckonSeconds, type StepSizes } from './step-cost.ts';

/*
 * What a run will take, before it is begun. Time is measured on real steps where that is wanted, and otherwise reckoned from
 * sizes; memory is always reckoned.
 */

/** Rows that stand for all of them. */
const SAMPLE = 200;

/** Of a training step, per row: validation runs forward alone, once for the loss and once for the answers. */
const VALIDATION_SHARE = 0.8;

/** A step's parameter, its gradient and two moments, with a copy while the encoder runs. */
const BYTES_A_PARAMETER = 24;

/** How many numbers a run learns. */
export function learntParameters(plan: TrainingPlan): number {
  const parameters = initialParameters(plan.encoder, plan.encoderTasks, Random.fromSeed(0));
  return [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
}

/** @param secondsPerStep as measured; reckoned where it is left out */
export function estimateRun(plan: TrainingPlan, secondsPerStep?: number): RunEstimate {
  const model = modelSummary(plan.project.backbone.model);
  const sizes = stepSizes(plan);
  const perStep = secondsPerStep ?? reckonSeconds(model, sizes);
  const { batch_size, max_epochs } = plan.project.file.trainer;
  const validationSteps = (plan.validation.size / batch_size) * VALIDATION_SHARE * max_epochs;
  return {
    basis: secondsPerStep === undefined ? 'reckoned' : 'measured',
    secondsPerStep: perStep,
    seconds: perStep * (plan.totalSteps + validationSteps),
    memoryBytes: reckonBytes(model, sizes) + BYTES_A_PARAMETER * learntParameters(plan),
  };
}

/**
 * Seconds of a training step with rows of this plan, loading left out.
 * @param between awaited before each step; what it throws ends the measurement
 */
export async function measureStep(
  plan: TrainingPlan,
  between: () => Promise<void>,
  options: SessionOptions = {},
): Promise<number> {
  const parameters = initialParameters(plan.encoder, plan.encoderTasks, Random.fromSeed(0));
  const backbone = new BackboneStep(plan.project.backbone, options);
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

/** Of a mean batch. */
function stepSizes(plan: TrainingPlan): StepSizes {
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
