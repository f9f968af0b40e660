import { availableParallelism } from 'node:os';
import { modelSummary } from '../../../model/src/model-summary.ts';
import type { RunEstimate } from '../../../protocol/src/planning.ts';
import { countTargets } from '../data/token-row.ts';
import { rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { Predictor } from '../predict/predictor.ts';
import { initialParameters, type Parameters, PromptEncoder } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import { productSpeed } from '../runtime/product-speed.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { mean, sum } from '../vectors.ts';
import { AdamW, clipGlobalNorm } from './adamw.ts';
import { BackboneStep, type Stepper, type TaskRow } from './backbone-step.ts';
import { type FittedRun, learntParameters } from './fit.ts';
import { MOST_MEASURED } from './learning.ts';
import type { TrainingPlan } from './plan.ts';
import { COMPARED } from './precision-losses.ts';
import { secondsOfRows } from './seconds-of-rows.ts';
import { spreadRows } from './spread-rows.ts';
import { reckonSeconds, type StepSizes } from './step-cost.ts';
import { validate } from './validate.ts';

/*
 * What a run will take, before it is begun. Time is measured on real steps where that is wanted, and otherwise reckoned from
 * sizes; memory is always reckoned (`fit.ts`). `bench/plan-accuracy.ts` holds the time against real runs.
 */

/** Rows that stand for all of them. */
const SAMPLE = 200;

/** Of a training step, per row: validation runs forward alone, once for the loss and once for the answers. */
const VALIDATION_SHARE = 0.8;

/** Seconds of a run's parts. */
export interface Pace {
  readonly basis: RunEstimate['basis'];
  /** Until the first step: sessions are made, and all this is measured. */
  readonly begin: number;
  /** Of as many rows as there are in a mean one. */
  readonly step: number;
  /** After each epoch. */
  readonly validation: number;
  /** What is asked of the prompts once they are trained. */
  readonly end: number;
}

/** What steps are taken with. */
export interface Machinery {
  readonly encoder: PromptEncoder;
  readonly backbone: Stepper;
  readonly predictor: Predictor;
}

/** @param done of the run, where it is resumed */
export function estimateRun(
  plan: TrainingPlan,
  { memoryBytes, freeBytes, message }: FittedRun,
  { basis, begin, step, validation, end }: Pace,
  done: { readonly step: number; readonly epoch: number } = { step: 0, epoch: 0 },
): RunEstimate {
  const epochs = plan.project.file.trainer.max_epochs - done.epoch;
  return {
    basis,
    secondsPerStep: step,
    seconds: begin + step * (plan.totalSteps - done.step) + validation * epochs + end,
    memoryBytes,
    freeBytes,
    ...(message === undefined ? {} : { message }),
  };
}

/** From the sizes of the model, the rows and the encoder, and how fast this machine's processor is. */
export async function reckonPace(plan: TrainingPlan): Promise<Pace> {
  const speed = await productSpeed();
  const backbone = reckonSeconds(modelSummary(plan.project.backbone.model), stepSizes(plan), speed) * meanShare(plan);
  const { batch_size } = plan.project.file.trainer;
  const validation = backbone * (plan.validation.size / batch_size) * VALIDATION_SHARE;
  return { basis: 'reckoned', begin: 0, step: backbone + encoderSeconds(plan, speed), validation, end: validation };
}

/** Forward, backward and the optimiser; the encoder runs on one thread. */
function encoderSeconds(plan: TrainingPlan, speed: number): number {
  const count = learntParameters(plan);
  const virtualTokens = sum(plan.encoderTasks.map((task) => task.virtualTokens));
  const operations = 6 * count * virtualTokens;
  return operations / (speed / availableParallelism()) + optimiserSeconds(count);
}

/** `measurePace` with sessions of its own, which are made and released. */
export async function measurePlan(
  plan: TrainingPlan,
  { fit }: FittedRun,
  between: () => Promise<void>,
  session: SessionOptions = {},
): Promise<Pace> {
  const begun = performance.now();
  const encoder = await PromptEncoder.create(plan.encoder, plan.encoderTasks);
  const { precision } = plan.project.file.trainer;
  const backbone = new BackboneStep(plan.project.backbone, { ...fit, ...session, precision });
  const predictor = new Predictor(plan.project.backbone, session);
  try {
    const parameters = initialParameters(plan.encoder, plan.encoderTasks, Random.fromSeed(0));
    const pace = await measurePace(plan, { encoder, backbone, predictor }, parameters, between);
    // The run will begin in the same way.
    return { ...pace, begin: (performance.now() - begun) / 1000 };
  } finally {
    await encoder.release();
    await backbone.release();
    await predictor.release();
  }
}

/** Seconds for which steps are timed, and how many are at least. */
const STEPS = { seconds: 0.5, fewest: 2 };

/**
 * Takes steps with rows of this plan and validates some, which changes nothing. What it takes itself is left out.
 * @param between awaited before each; what it throws ends the measurement
 */
export async function measurePace(
  plan: TrainingPlan,
  { encoder, backbone, predictor }: Machinery,
  parameters: Parameters,
  between: () => Promise<void> = async () => undefined,
): Promise<Pace> {
  const timed = async (work: () => Promise<void>) => {
    await between();
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
  };
  const batches = sampleBatches(plan);
  const random = Random.fromSeed(0);
  const oneStep = async () => {
    const masks = plan.encoder.dropout > 0 ? encoder.sampleDropout(random) : undefined;
    const { dVirtual } = await backbone.run(batches.next().value, await encoder.encode(parameters, masks));
    clipGlobalNorm([...(await encoder.gradients(parameters, dVirtual, masks)).values()], 1);
  };
  // Sessions are made.
  await timed(oneStep);
  const stepTimes: number[] = [];
  while (stepTimes.length < STEPS.fewest || sum(stepTimes) < STEPS.seconds) stepTimes.push(await timed(oneStep));
  const step = (mean(stepTimes) + optimiserSeconds(learntParameters(plan))) * meanShare(plan);
  if (plan.validation.size === 0) return { basis: 'measured', begin: 0, step, validation: 0, end: 0 };

  const virtual = await encoder.encode(parameters);
  const sizes = [...plan.tasks.keys()].map((name) => rowsOfTask(plan.validation, name).length);
  const validation = await secondsOfRows(sizes, plan.project.file.trainer.max_epochs, (most) =>
    timed(async () => {
      await validate(plan, virtual, predictor, backbone, most);
    }),
  );
  return {
    basis: 'measured',
    begin: 0,
    step,
    validation,
    end: validation * endShare(plan, sizes) + compared(plan, step),
  };
}

/** Seconds in which a lower precision is held against float32: in a forward pass of float32, which takes about as long as a step. */
function compared({ validation, project }: TrainingPlan, step: number): number {
  const { precision, batch_size } = project.file.trainer;
  return precision === 'float32' ? 0 : (2 * step * Math.min(COMPARED, validation.size)) / batch_size;
}

/** Of the time of a validation, what it takes to find out in the end whether prompts have learnt anything, on some of the rows. */
function endShare({ tasks, project }: TrainingPlan, sizes: readonly number[]): number {
  const shares = [...tasks.values()].map(({ template }, task) => {
    const rows = Math.min(sizes[task]!, MOST_MEASURED);
    // Labels are asked for twice and not once with the loss; the likelihood of texts is as much work as the loss.
    if (template.labels) return 1.1 * rows;
    // Beside what it takes to generate texts it is nothing.
    return project.file.trainer.val_metric === 'loss' ? 2 * rows : 0;
  });
  return sum(shares) / sum(sizes);
}

/** Batches of rows that are drawn as a run draws them, without end. */
function* sampleBatches({ train, project }: TrainingPlan): Generator<TaskRow[], never> {
  const { batch_size, seed } = project.file.trainer;
  const rows = spreadRows(train, Math.max(SAMPLE, batch_size));
  const random = Random.fromSeed(seed).fork('pace');
  const size = Math.min(batch_size, rows.length);
  for (;;) {
    const order = random.shuffle([...rows]);
    for (let start = 0; start + size <= order.length; start += size) yield order.slice(start, start + size);
  }
}

/** Of a full batch; the last one of an epoch has fewer rows. */
function meanShare({ train, stepsPerEpoch, project }: TrainingPlan): number {
  return train.size / stepsPerEpoch / Math.min(project.file.trainer.batch_size, train.size);
}

/** Numbers whose update is timed. */
const UPDATED = 2 ** 20;

/** How long the optimiser takes over so many parameters, tried on some numbers of its own. */
function optimiserSeconds(count: number): number {
  const tried = Math.min(count, UPDATED);
  const [param, grad] = [new Float32Array(tried).fill(0.5), new Float32Array(tried).fill(0.01)];
  const optimiser = new AdamW({ betas: [0.9, 0.98], eps: 1e-8, weightDecay: 0.01 });
  let seconds = 0;
  // The first step makes the moments, and the next is not yet compiled.
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    optimiser.step([param], [grad], 1e-3);
    seconds = (performance.now() - started) / 1000;
  }
  return (seconds * count) / tried;
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
