import { t } from '../../../l10n/src/words.ts';
import type {
  CancelledEvent,
  DoneEvent,
  EpochEvent,
  EstimateEvent,
  NoticeEvent,
  StepEvent,
  TrainEvent,
  TrainedPrompt,
} from '../../../protocol/src/training-events.ts';
import { DivergedError, InputError } from '../errors.ts';
import type { JsonValue } from '../json-value.ts';
import { Predictor } from '../predict/predictor.ts';
import { chatFrameOf } from '../project.ts';
import { PromptEncoder } from '../prompt/encoder.ts';
import { type NewPrompt, updatePromptTable } from '../prompt/prompt-table.ts';
import { Random } from '../random.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { VERSION } from '../version.ts';
import { clipGlobalNorm } from './adamw.ts';
import { BackboneStep, type Stepper, type TaskRow } from './backbone-step.ts';
import { type EarlyStopping, measure } from './early-stopping.ts';
import { estimateRun, type Machinery, measurePace } from './estimate.ts';
import { type Fit, type FittedRun, fitRun } from './fit.ts';
import { measureLearning } from './learning.ts';
import type { TrainingPlan } from './plan.ts';
import { precisionLosses } from './precision-losses.ts';
import { RunFolder } from './run-folder.ts';
import { learningRate } from './schedule.ts';
import { type Progress, TrainingState } from './training-state.ts';
import { type Validation, validate } from './validate.ts';

export interface TrainOptions {
  /** Go on with the newest unfinished run of the same tasks, if there is one. */
  readonly resume: boolean;
  /** Asked between steps. */
  readonly stopRequested: () => StopRequest | undefined;
  readonly session?: SessionOptions;
  /** How it is made to fit into memory; chosen by what is free where it is left out. */
  readonly fit?: Fit;
  /** For a run beside others over one backbone: it makes no sessions of its own, estimates nothing and keeps its prompts to itself. */
  readonly beside?: Beside;
}

/** What a run shares with those beside it. */
export interface Beside extends Pick<Machinery, 'backbone' | 'predictor'> {
  /** Where it goes on from when it is resumed: its folder, and the step of all runs at which it was saved. */
  readonly from?: { readonly dir: string; readonly step: number } | undefined;
  /** Told before the first step how the run is saved; it is not saved otherwise until it has ended. */
  readonly begun?: (run: { readonly dir: string; readonly save: (step: number) => Promise<void> }) => void;
}

/** Thrown into the steps of runs side by side to stop them all, when they have been saved. */
export class PausedError extends Error {}

/**
 * `pause` ends the process's part of the run with everything saved, so that it may be resumed; `cancel` ends the run for
 * good and keeps the best prompt so far.
 */
export type StopRequest = 'pause' | 'cancel';

/** A checkpoint is written after every epoch, and this often between. */
const CHECKPOINT_SECONDS = 10;

/**
 * Trains the plan's tasks and puts their prompts into the prompt table. The same plan gives the same bytes on the same
 * machine, whether or not the run was stopped, or killed, and resumed on the way.
 * @throws DivergedError where the loss is no longer a number; the best prompt so far is kept
 * @throws InputError for a precision that the device does not compute in
 */
export async function* train(plan: TrainingPlan, options: TrainOptions): AsyncGenerator<TrainEvent> {
  requirePrecision(plan, options.session?.provider ?? 'cpu');
  const fresh = freshState(plan);
  // Before there are sessions, whose memory would count twice.
  const fitted = options.fit ? undefined : fitRun(plan, options.session?.provider);
  const run = await openRun(plan, options.fit ?? fitted!.fit, options);
  try {
    const { session = {}, beside } = options;
    const trainer = await Trainer.create(plan, run, fresh, {
      fit: run.record.fit ?? options.fit ?? fitted!.fit,
      session,
      beside,
    });
    beside?.begun?.({ dir: run.dir, save: (step) => trainer.save(step) });
    try {
      yield* eventsOf(trainer, plan, run, fitted, options);
    } catch (error) {
      if (error instanceof PausedError) {
        await run.setState('stopped');
        yield { event: 'stopped', run: run.dir, step: trainer.state.progress.step };
        return;
      }
      if (error instanceof DivergedError) throw await trainer.afterDivergence(error);
      throw error;
    } finally {
      await trainer.release();
    }
  } finally {
    await run.release();
  }
}

async function* eventsOf(
  trainer: Trainer,
  plan: TrainingPlan,
  run: RunFolder,
  fitted: FittedRun | undefined,
  options: TrainOptions,
): AsyncGenerator<TrainEvent> {
  const { project } = plan;
  yield {
    event: 'start',
    run: run.dir,
    tasks: [...plan.tasks.keys()],
    model: project.file.model,
    device: options.session?.provider ?? 'cpu',
    train_rows: plan.train.size,
    validation_rows: plan.validation.size,
    skipped_rows: Object.fromEntries(plan.train.skipped),
    epochs: project.file.trainer.max_epochs,
    steps: plan.totalSteps,
    from_step: trainer.state.progress.step,
  };
  if (fitted && !trainer.state.progress.finished) yield await trainer.estimate(fitted);
  let saved = performance.now();
  while (!trainer.state.progress.finished) {
    const stop = options.stopRequested();
    if (stop === 'pause') {
      await trainer.save();
      await run.setState('stopped');
      yield { event: 'stopped', run: run.dir, step: trainer.state.progress.step };
      return;
    }
    if (stop === 'cancel') {
      const cancelled = await trainer.cancel();
      await run.setState('cancelled');
      yield cancelled;
      return;
    }
    const event = await trainer.step();
    yield* trainer.newNotices();
    await run.addMetrics(event);
    yield event;
    if (trainer.epochIsDone) {
      const epoch = await trainer.endEpoch();
      yield* trainer.newNotices();
      // Before the checkpoint: what a run writes after its checkpoint is dropped when it is resumed, and not missed.
      await run.addMetrics(epoch);
      await trainer.save();
      yield epoch;
    } else if (performance.now() - saved > CHECKPOINT_SECONDS * 1000) {
      await trainer.save();
    } else {
      continue;
    }
    saved = performance.now();
  }
  const done = await trainer.finish();
  yield* trainer.newNotices();
  await run.setState('done');
  yield done;
}

function requirePrecision({ project }: TrainingPlan, device: string): void {
  const { precision } = project.file.trainer;
  if (precision === 'int8' && device !== 'cpu') {
    throw new InputError(
      t('"trainer.precision": int8 is for the CPU, not for {0}; choose device cpu, or float32', device),
    );
  }
  if (precision === 'float16' && device === 'cpu') {
    throw new InputError(
      t('"trainer.precision": float16 is for devices that compute in it, not for the CPU; choose float32'),
    );
  }
}

/** @throws InputError for settings that no encoder has, before a run is begun with them */
function freshState(plan: TrainingPlan): TrainingState {
  try {
    return TrainingState.fresh(plan);
  } catch (error) {
    throw error instanceof RangeError ? new InputError(`"p_tuning": ${error.message}`) : error;
  }
}

async function openRun(plan: TrainingPlan, fit: Fit, { resume, session, beside }: TrainOptions): Promise<RunFolder> {
  const { project } = plan;
  const tasks = [...plan.tasks.keys()];
  const unfinished = beside?.from
    ? await RunFolder.reopen(beside.from.dir)
    : resume
      ? await RunFolder.findUnfinished(project.path, tasks, plan.hash)
      : undefined;
  if (unfinished) {
    await unfinished.setState('running');
    return unfinished;
  }
  const { p_tuning, prompt_tuning, optim, trainer } = project.file;
  return RunFolder.create({
    task_file: project.path,
    tasks,
    model: project.file.model,
    backbone: project.backbone.model.fingerprint,
    device: session?.provider ?? 'cpu',
    train_rows: plan.train.size,
    validation_rows: plan.validation.size,
    epochs: trainer.max_epochs,
    steps: plan.totalSteps,
    settings: { p_tuning, prompt_tuning, optim, trainer },
    fit,
    ...(beside ? { together: true } : {}),
    plan: plan.hash,
    created: new Date().toISOString(),
    version: VERSION,
    state: 'running',
  });
}

/** How the sessions of a run are made. */
interface RunForm {
  readonly fit: Fit;
  readonly session: SessionOptions;
  readonly beside: TrainOptions['beside'];
}

/** Of a run of fewer steps, measuring them would take a third or more. */
const MEASURED_FROM_STEPS = 10;

/** One run's moving parts: what a step, an epoch and the end do. */
class Trainer {
  readonly state: TrainingState;
  private readonly plan: TrainingPlan;
  private readonly run: RunFolder;
  private readonly encoder: PromptEncoder;
  private readonly backbone: Stepper;
  private readonly predictor: Predictor;
  /** Whether its sessions are its own, and its prompts are for the prompt table. */
  private readonly alone: boolean;
  private order: { epoch: number; rows: number[] } | undefined;
  private readonly notices: NoticeEvent[] = [];
  private pace: { started: number; rows: number } | undefined;

  private constructor(
    plan: TrainingPlan,
    run: RunFolder,
    state: TrainingState,
    encoder: PromptEncoder,
    { fit, session, beside }: RunForm,
  ) {
    this.plan = plan;
    this.run = run;
    this.state = state;
    this.encoder = encoder;
    const { precision } = plan.project.file.trainer;
    const notice = (message: string) => this.notices.push({ event: 'notice', message });
    this.alone = beside === undefined;
    const { backbone } = plan.project;
    this.backbone = beside?.backbone ?? new BackboneStep(backbone, { ...fit, ...session, precision, notice });
    this.predictor = beside?.predictor ?? new Predictor(backbone, { ...session, notice });
  }

  static async create(plan: TrainingPlan, run: RunFolder, fresh: TrainingState, form: RunForm): Promise<Trainer> {
    const checkpoint = await run.loadCheckpoint(form.beside?.from?.step);
    const state = checkpoint ? TrainingState.fromCheckpoint(plan, checkpoint) : fresh;
    await run.keepMetrics(state.progress.step, state.progress.epoch);
    // The encoder is small, and its parameters and moments are where the optimiser is: on the CPU.
    const encoder = await PromptEncoder.create(plan.encoder, plan.encoderTasks, { ...form.session, provider: 'cpu' });
    return new Trainer(plan, run, state, encoder, form);
  }

  /** What has been done otherwise than asked since this was called. */
  newNotices(): NoticeEvent[] {
    return this.notices.splice(0);
  }

  get epochIsDone(): boolean {
    return this.state.progress.batch === this.plan.stepsPerEpoch;
  }

  /** What is left of the run will take; a few steps are measured, which change nothing. */
  async estimate(fitted: FittedRun): Promise<EstimateEvent> {
    const { plan, state, encoder, backbone, predictor } = this;
    const { progress, parameters } = state;
    const steps = plan.totalSteps - progress.step;
    const pace =
      steps >= MEASURED_FROM_STEPS ? await measurePace(plan, { encoder, backbone, predictor }, parameters) : undefined;
    const { memoryBytes, freeBytes, message } = fitted;
    return {
      event: 'estimate',
      memory_bytes: memoryBytes,
      free_bytes: freeBytes,
      ...(pace ? { seconds_per_step: pace.step, seconds: estimateRun(plan, fitted, pace, progress).seconds } : {}),
      ...(message === undefined ? {} : { message }),
    };
  }

  /** One optimiser step. @throws DivergedError before anything is changed by numbers that are none */
  async step(): Promise<StepEvent> {
    const { plan, state } = this;
    const { progress, parameters } = state;
    const { optim, trainer } = plan.project.file;
    const batch = this.batch();
    const random = Random.fromSeed(trainer.seed).fork(`dropout ${progress.step}`);
    const masks = plan.encoder.dropout > 0 ? this.encoder.sampleDropout(random) : undefined;
    const virtual = await this.encoder.encode(parameters, masks);
    const { loss, targets, dVirtual } = await this.backbone.run(batch, virtual);
    if (!Number.isFinite(loss)) throw new DivergedError(progress.step + 1);
    const gradients = await this.encoder.gradients(parameters, dVirtual, masks);
    const values = [...parameters.values()].map(({ data }) => data);
    const ordered = [...parameters.keys()].map((name) => gradients.get(name)!);
    const { norm, scale } = clipGlobalNorm(ordered, trainer.gradient_clip_val);
    if (!Number.isFinite(norm)) throw new DivergedError(progress.step + 1, t('the gradient'));
    const { name, warmup_steps, min_lr } = optim.sched;
    const schedule = { name, warmupSteps: warmup_steps, minLr: min_lr };
    const lr = learningRate(schedule, progress.step, plan.totalSteps, optim.lr);
    state.optimiser.step(values, ordered, lr, scale);
    progress.step++;
    progress.batch++;
    progress.lossSum += loss * targets;
    progress.targets += targets;
    return { event: 'step', step: progress.step, epoch: progress.epoch + 1, loss, lr, rows_per_s: this.rate(batch) };
  }

  /**
   * Validates, keeps the prompt if it is the best, and goes on to the next epoch.
   * @throws DivergedError where the last step left a prompt that is none
   */
  async endEpoch(): Promise<EpochEvent> {
    const { plan, state } = this;
    const { progress } = state;
    const virtual = await this.encoder.encode(state.parameters);
    for (const rows of virtual.values()) {
      if (!rows.every(Number.isFinite)) throw new DivergedError(progress.step, t('the prompt'));
    }
    const validation = await validate(plan, virtual, this.predictor, this.backbone);
    if (validation.loss !== undefined && !Number.isFinite(validation.loss)) {
      throw new DivergedError(progress.step, t('the validation loss'));
    }
    const trainLoss = progress.lossSum / progress.targets;
    const settings = this.earlyStopping();
    const verdict = measure(settings, progress.stopping, progress.epoch, this.chosenMetric(validation, trainLoss));
    // Without validation rows there is nothing to choose a task's prompt by, and the last one is the one to keep.
    const kept = [...virtual.keys()].filter((task) => verdict.isBest || !Object.hasOwn(validation.tasks, task));
    const keep = verdict.isBest || validation.loss === undefined;
    const bestValidation = keep ? validation.tasks : progress.bestValidation;
    const keptEpochs = { ...progress.keptEpochs, ...Object.fromEntries(kept.map((task) => [task, progress.epoch])) };
    if (kept.length > 0) {
      state.best = new Map([...(state.best ?? virtual), ...kept.map((task) => [task, virtual.get(task)!] as const)]);
      await this.writePrompts(this.run.bestPromptsPath, state.best, bestValidation, keptEpochs);
    }
    const stop = verdict.stop && validation.loss !== undefined;
    const last = progress.epoch + 1 === plan.project.file.trainer.max_epochs;
    this.state.progress = {
      ...progress,
      epoch: progress.epoch + 1,
      batch: 0,
      lossSum: 0,
      targets: 0,
      stopping: keep ? { ...verdict.state, bestEpoch: progress.epoch } : verdict.state,
      bestValidation,
      keptEpochs,
      finished: stop || last,
      stoppedEarly: stop && !last,
    };
    this.pace = undefined;
    return {
      event: 'epoch',
      epoch: progress.epoch + 1,
      train_loss: trainLoss,
      validation_loss: validation.loss ?? null,
      validation: validation.tasks,
      best: keep,
    };
  }

  /** @param step of all runs, where it is one of several; beside them it saves nothing of its own accord but its end */
  async save(step?: number): Promise<void> {
    if (!this.alone && step === undefined && !this.state.progress.finished) return;
    await this.run.saveCheckpoint(this.state.toCheckpoint(this.plan), step);
  }

  /** Puts the best prompts into the project's prompt table. */
  async finish(): Promise<DoneEvent> {
    const { step, epoch, stoppedEarly } = this.state.progress;
    const precision = this.alone ? await precisionLosses(this.plan, this.state.best!, this.backbone) : undefined;
    return {
      event: 'done',
      run: this.run.dir,
      prompt_table: this.promptTablePath,
      steps: step,
      epochs: epoch,
      stopped_early: stoppedEarly,
      ...(precision ? { precision } : {}),
      tasks: this.alone ? await this.withLearning(await this.keepBest()) : await this.keepBest(),
    };
  }

  /** As `finish`, before the last step; where no epoch has ended, the prompt table is left as it is. */
  async cancel(): Promise<CancelledEvent> {
    return {
      event: 'cancelled',
      run: this.run.dir,
      prompt_table: this.promptTablePath,
      step: this.state.progress.step,
      tasks: this.state.best ? await this.keepBest() : {},
    };
  }

  private get promptTablePath(): string {
    return this.alone ? this.plan.project.promptTablePath : this.run.bestPromptsPath;
  }

  private async keepBest(): Promise<Record<string, TrainedPrompt>> {
    const { plan, state } = this;
    const { bestValidation, keptEpochs } = state.progress;
    await this.writePrompts(this.promptTablePath, state.best!, bestValidation, keptEpochs);
    const tasks = [...plan.tasks].map(([name, { template }]) => {
      const validation = bestValidation[name];
      const virtual_tokens = template.total_virtual_tokens;
      return [
        name,
        { virtual_tokens, best_epoch: keptEpochs[name]! + 1, ...(validation ? { validation } : {}) },
      ] as const;
    });
    return Object.fromEntries(tasks);
  }

  private async withLearning(tasks: Record<string, TrainedPrompt>): Promise<Record<string, TrainedPrompt>> {
    const { plan, state, predictor } = this;
    const measured = new Map<string, TrainedPrompt>();
    for (const [name, trained] of Object.entries(tasks)) {
      const learning = await measureLearning(plan, plan.tasks.get(name)!, state.best!.get(name)!, predictor);
      measured.set(name, { ...trained, learning });
    }
    return Object.fromEntries(measured);
  }

  /** Keeps the best prompt of a run that diverged, and says so in the error that is to be thrown. */
  async afterDivergence(error: DivergedError): Promise<DivergedError> {
    const { best, progress } = this.state;
    if (best) await this.finish();
    await this.run.setState('failed');
    const kept = best
      ? t('; the prompt of epoch {0} is kept', Math.max(...Object.values(progress.keptEpochs)) + 1)
      : t('; no epoch had ended, so no prompt was kept');
    error.message += kept;
    return error;
  }

  async release(): Promise<void> {
    await this.encoder.release();
    if (!this.alone) return;
    await this.backbone.release();
    await this.predictor.release();
  }

  private batch(): TaskRow[] {
    const { plan } = this;
    const { epoch, batch } = this.state.progress;
    const { seed, batch_size } = plan.project.file.trainer;
    if (this.order?.epoch !== epoch) {
      const random = Random.fromSeed(seed).fork(`order of epoch ${epoch}`);
      this.order = { epoch, rows: random.shuffle(Array.from({ length: plan.train.size }, (_, row) => row)) };
    }
    return this.order.rows
      .slice(batch * batch_size, (batch + 1) * batch_size)
      .map((row) => ({ taskname: plan.train.taskname(row), row: plan.train.tokens(row) }));
  }

  private rate(batch: readonly TaskRow[]): number {
    const now = performance.now();
    // The first step of an epoch makes sessions or follows a validation, so it says nothing about the pace.
    if (!this.pace) {
      this.pace = { started: now, rows: 0 };
      return 0;
    }
    this.pace.rows += batch.length;
    return this.pace.rows / ((now - this.pace.started) / 1000);
  }

  private earlyStopping(): EarlyStopping {
    const { early_stopping, val_metric } = this.plan.project.file.trainer;
    return {
      patience: early_stopping?.patience ?? null,
      minDelta: early_stopping?.min_delta ?? 0,
      mode: val_metric === 'loss' ? 'min' : 'max',
    };
  }

  /** The number that decides which prompt is best: the mean over tasks, where it is a metric of each. */
  private chosenMetric(validation: Validation, trainLoss: number): number {
    const { val_metric } = this.plan.project.file.trainer;
    if (validation.loss === undefined) return trainLoss;
    if (val_metric === 'loss') return validation.loss;
    const values = Object.values(validation.tasks).map((task) => task[val_metric] ?? task.accuracy ?? 0);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  private async writePrompts(
    path: string,
    virtual: ReadonlyMap<string, Float32Array>,
    validation: Validation['tasks'],
    epochs: Progress['keptEpochs'],
  ): Promise<void> {
    const { plan } = this;
    const { file, backbone, tokenizer } = plan.project;
    const { hidden } = plan.encoder;
    const chatFrame = chatFrameOf(plan.project);
    const prompts = new Map<string, NewPrompt>();
    for (const [name, { template }] of plan.tasks) {
      const embeddings = virtual.get(name)!;
      prompts.set(name, {
        virtualTokens: embeddings.length / hidden,
        hidden,
        embeddings,
        record: {
          template: template as unknown as JsonValue,
          encoder: plan.encoder as unknown as JsonValue,
          seed: file.trainer.seed,
          backbone: backbone.model.fingerprint,
          tokenizer: tokenizer.hash,
          ...(template.chat && chatFrame !== undefined ? { chat_template: chatFrame } : {}),
          data: plan.train.hash,
          metrics: {
            epoch: epochs[name]! + 1,
            train_rows: plan.train.size,
            validation: validation[name] ?? null,
          } as unknown as JsonValue,
          version: VERSION,
        },
      });
    }
    await updatePromptTable(path, prompts, new Date(this.run.record.created));
  }
}
