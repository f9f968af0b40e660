import { modelSummary } from '../../../model/src/model-summary.ts';
import type { RunEstimate } from '../../../protocol/src/engine.ts';
import { countTargets } from '../data/token-row.ts';
import { Predictor } from '../predict/predictor.ts';
import { initialParameters, type Parameters, PromptEncoder } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { BackboneStep, type Stepper } from './backbone-step.ts';
import { type FittedRun, spreadRows } from './fit.ts';
import type { TrainingPlan } from './plan.ts';
import { reckonSeconds, type StepSizes } from './step-cost.ts';
import { validate } from './validate.ts';

/*
 * What a run will take, before it is begun. Time is measured on real steps where that is wanted, and otherwise reckoned from
 * sizes; memory is always reckoned (`fit.ts`).
 */

/** Rows that stand for all of them. */
const SAMPLE = 200;

/** Rows of each task that are validated to see how long it takes. */
const VALIDATED = 16;

/** Of a training step, per row: validation runs forward alone, once for the loss and once for the answers. */
const VALIDATION_SHARE = 0.8;

/** Seconds of a step, and of the validation after an epoch. */
export interface Pace {
  readonly step: number;
  readonly validation: number;
}

/** What steps are taken with. */
export interface Machinery {
  readonly encoder: PromptEncoder;
  readonly backbone: Stepper;
  readonly predictor: Predictor;
}

/**
 * @param pace as measured; reckoned where it is left out
 * @param done of the run, where it is resumed
 */
export function estimateRun(
  plan: TrainingPlan,
  { memoryBytes, freeBytes, message }: FittedRun,
  pace?: Pace,
  done: { readonly step: number; readonly epoch: number } = { step: 0, epoch: 0 },
): RunEstimate {
  const { step, validation } = pace ?? reckonPace(plan);
  const epochs = plan.project.file.trainer.max_epochs - done.epoch;
  return {
    basis: pace === undefined ? 'reckoned' : 'measured',
    secondsPerStep: step,
    seconds: step * (plan.totalSteps - done.step) + validation * epochs,
    memoryBytes,
    freeBytes,
    ...(message === undefined ? {} : { message }),
  };
}

function reckonPace(plan: TrainingPlan): Pace {
  const step = reckonSeconds(modelSummary(plan.project.backbone.model), stepSizes(plan));
  const { batch_size } = plan.project.file.trainer;
  return { step, validation: step * (plan.validation.size / batch_size) * VALIDATION_SHARE };
}

/** `measurePace` with sessions of its own, which are made and released. */
export async function measurePlan(
  plan: TrainingPlan,
  { fit }: FittedRun,
  between: () => Promise<void>,
  session: SessionOptions = {},
): Promise<Pace> {
  const encoder = await PromptEncoder.create(plan.encoder, plan.encoderTasks);
  const { precision } = plan.project.file.trainer;
  const backbone = new BackboneStep(plan.project.backbone, { ...fit, ...session, precision });
  const predictor = new Predictor(plan.project.backbone, session);
  try {
    const parameters = initialParameters(plan.encoder, plan.encoderTasks, Random.fromSeed(0));
    return await measurePace(plan, { encoder, backbone, predictor }, parameters, between);
  } finally {
    await encoder.release();
    await backbone.release();
    await predictor.release();
  }
}

/**
 * Takes a few steps with rows of this plan, which change nothing, and validates a few.
 * @param between awaited before each; what it throws ends the measurement
 */
export async function measurePace(
  plan: TrainingPlan,
  { encoder, backbone, predictor }: Machinery,
  parameters: Parameters,
  between: () => Promise<void> = async () => undefined,
): Promise<Pace> {
  const virtual = await encoder.encode(parameters);
  const batch = spreadRows(plan.train, plan.project.file.trainer.batch_size);
  const step = await fastest(3, between, async () => {
    const { dVirtual } = await backbone.run(batch, await encoder.encode(parameters));
    await encoder.gradients(parameters, dVirtual);
  });
  if (plan.validation.size === 0) return { step, validation: 0 };
  let rows = 0;
  const few = await fastest(2, between, async () => {
    const { tasks } = await validate(plan, virtual, predictor, backbone, VALIDATED);
    rows = Object.values(tasks).reduce((sum, task) => sum + task.rows, 0);
  });
  return { step, validation: few * (plan.validation.size / rows) };
}

/** Seconds of the fastest of some rounds, the first of which makes sessions. */
async function fastest(rounds: number, between: () => Promise<void>, work: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    await between();
    const started = performance.now();
    await work();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}

/** Of a mean batch. */
function stepSizes(plan: TrainingPlan): StepSizes {
  const rows = spreadRows(plan.train, SAMPLE);
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
