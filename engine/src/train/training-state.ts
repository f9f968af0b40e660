import { t } from '../../../l10n/src/words.ts';
import type { ValidationMetrics } from '../../../protocol/src/training-events.ts';
import { InputError } from '../errors.ts';
import type { JsonValue } from '../json-value.ts';
import { initialParameters, type Parameters } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import { AdamW } from './adamw.ts';
import type { Checkpoint, CheckpointTensor } from './checkpoint.ts';
import { type EarlyStoppingState, NOTHING_MEASURED } from './early-stopping.ts';
import type { TrainingPlan } from './plan.ts';

/** Where a run is, in numbers that JSON carries exactly. Steps, epochs and batches count from 0. */
export interface Progress {
  /** Steps taken. */
  step: number;
  epoch: number;
  /** Batches of the epoch that are done. */
  batch: number;
  /** Of the epoch so far: loss times target tokens, and target tokens. */
  lossSum: number;
  targets: number;
  stopping: EarlyStoppingState;
  bestValidation: Readonly<Record<string, ValidationMetrics>>;
  /** The epoch that each task's kept prompt is of. */
  keptEpochs: Readonly<Record<string, number>>;
  /** Whether the last epoch is behind it, or early stopping has ended it. */
  finished: boolean;
  stoppedEarly: boolean;
}

/** A run between two steps: all that the next step depends on. It is the same after a checkpoint was loaded. */
export class TrainingState {
  readonly parameters: Parameters;
  readonly optimiser: AdamW;
  progress: Progress;
  /** The virtual embeddings to keep, by taskname: those that validation liked best, the last of a task without any. */
  best: ReadonlyMap<string, Float32Array> | undefined;

  private constructor(
    parameters: Parameters,
    optimiser: AdamW,
    progress: Progress,
    best: ReadonlyMap<string, Float32Array> | undefined,
  ) {
    this.parameters = parameters;
    this.optimiser = optimiser;
    this.progress = progress;
    this.best = best;
  }

  static fresh(plan: TrainingPlan): TrainingState {
    const { seed } = plan.project.file.trainer;
    const random = Random.fromSeed(seed).fork('encoder');
    const progress: Progress = {
      step: 0,
      epoch: 0,
      batch: 0,
      lossSum: 0,
      targets: 0,
      stopping: NOTHING_MEASURED,
      bestValidation: {},
      keptEpochs: {},
      finished: false,
      stoppedEarly: false,
    };
    const parameters = initialParameters(plan.encoder, plan.encoderTasks, random);
    return new TrainingState(parameters, optimiserOf(plan), progress, undefined);
  }

  /**
   * The state that `toCheckpoint` of the same plan gave.
   * @throws InputError where the checkpoint is of another plan, or of no run at all
   */
  static fromCheckpoint(plan: TrainingPlan, checkpoint: Checkpoint): TrainingState {
    const state = TrainingState.fresh(plan);
    const optimiserStep = asObject(checkpoint.state).optimiserStep;
    const progress = progressOf(plan, asObject(checkpoint.state).progress);
    if (!progress || optimiserStep !== progress.step) throw noRun();
    state.progress = progress;
    const tensor = (name: string, size: number): Float32Array => {
      const found = checkpoint.tensors.get(name)?.data;
      if (found?.length === size) return found;
      throw new InputError(
        found
          ? t(
              "the run's checkpoint has {0} numbers, not {1}, in tensor '{2}'; start a new run without --resume",
              found.length,
              size,
              name,
            )
          : t("the run's checkpoint has no tensor '{0}'; start a new run without --resume", name),
      );
    };
    const sizes = [...state.parameters].map(([name, { data }]) => [name, data.length] as const);
    for (const [name, size] of sizes) state.parameters.get(name)!.data.set(tensor(`parameters.${name}`, size));
    if (optimiserStep > 0) {
      state.optimiser.restore({
        step: optimiserStep,
        m: sizes.map(([name, size]) => tensor(`m.${name}`, size)),
        v: sizes.map(([name, size]) => tensor(`v.${name}`, size)),
      });
    }
    const tasks = [...plan.tasks].map(
      ([name, { template }]) => [name, template.total_virtual_tokens * plan.encoder.hidden] as const,
    );
    if (tasks.some(([name]) => checkpoint.tensors.has(`best.${name}`))) {
      state.best = new Map(tasks.map(([name, size]) => [name, tensor(`best.${name}`, size)]));
    }
    if (state.best === undefined ? progress.finished : tasks.some(([name]) => !isCount(progress.keptEpochs[name])))
      throw noRun();
    return state;
  }

  toCheckpoint(plan: TrainingPlan): Checkpoint {
    const tensors = new Map<string, CheckpointTensor>();
    const { step, m, v } = this.optimiser.state();
    [...this.parameters].forEach(([name, { shape, data }], i) => {
      tensors.set(`parameters.${name}`, { shape, data });
      if (step > 0) {
        tensors.set(`m.${name}`, { shape, data: m[i]! });
        tensors.set(`v.${name}`, { shape, data: v[i]! });
      }
    });
    for (const [task, data] of this.best ?? []) {
      tensors.set(`best.${task}`, { shape: [data.length / plan.encoder.hidden, plan.encoder.hidden], data });
    }
    return { tensors, state: { progress: this.progress, optimiserStep: step } as unknown as JsonValue };
  }
}

function optimiserOf({ project }: TrainingPlan): AdamW {
  const { betas, eps, weight_decay } = project.file.optim;
  return new AdamW({ betas: [betas[0]!, betas[1]!], eps, weightDecay: weight_decay });
}

function noRun(): InputError {
  return new InputError(
    t("the run's checkpoint holds a state that no run is ever in; start a new run without --resume"),
  );
}

/** Undefined where a run of the plan cannot be there: it would go on from it without end, or fail in the midst of it. */
function progressOf(plan: TrainingPlan, value: unknown): Progress | undefined {
  const progress = asObject(value) as Partial<Progress>;
  const { step, epoch, batch, lossSum, targets, finished, stoppedEarly } = progress;
  if (!isCount(step) || !isCount(epoch) || !isCount(batch) || step !== epoch * plan.stepsPerEpoch + batch)
    return undefined;
  const { max_epochs } = plan.project.file.trainer;
  if (batch > plan.stepsPerEpoch || epoch > max_epochs || (epoch === max_epochs && finished !== true)) return undefined;
  const stopping = asObject(progress.stopping);
  const measured = [stopping.best, stopping.bestEpoch, stopping.reference];
  const isWhole =
    [lossSum, targets].every(Number.isFinite) &&
    [finished, stoppedEarly].every((flag) => typeof flag === 'boolean') &&
    isCount(stopping.waited) &&
    measured.every((number) => number === null || Number.isFinite(number)) &&
    [progress.bestValidation, progress.keptEpochs].every((byTask) => typeof byTask === 'object' && byTask !== null);
  return isWhole ? (progress as Progress) : undefined;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
