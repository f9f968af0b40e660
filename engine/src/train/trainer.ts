import { t } from '../../../l10n/src/words.ts';
import type {
  CancelledEvent,
  DoneEvent,
  EpochEvent,
  EstimateEvent,
  NoticeEvent,
  StepEvent,
  TrainedPrompt,
} from '../../../protocol/src/training-events.ts';
import { DivergedError, FileError } from '../errors.ts';
import { Predictor } from '../predict/predictor.ts';
import { PromptEncoder } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { clipGlobalNorm } from './adamw.ts';
import { BackboneStep, type Stepper, type TaskRow } from './backbone-step.ts';
import { judgeEpoch } from './best-epoch.ts';
import { estimateRun, type Machinery, measurePace } from './estimate.ts';
import type { Fit, FittedRun } from './fit.ts';
import { type KeptPrompts, writePrompts } from './kept-prompts.ts';
import { measureLearning } from './learning.ts';
import type { TrainingPlan } from './plan.ts';
import { precisionLosses } from './precision-losses.ts';
import { RowOrder } from './row-order.ts';
import { RowRate } from './row-rate.ts';
import type { RunFolder } from './run-folder.ts';
import { learningRate } from './schedule.ts';
import { TrainingState } from './training-state.ts';
import { validate } from './validate.ts';

/** What a run shares with those beside it. */
export interface Beside extends Pick<Machinery, 'backbone' | 'predictor'> {
  /** Where it goes on from when it is resumed: its folder, and the step of all runs at which it was saved. */
  readonly from?: { readonly dir: string; readonly step: number } | undefined;
  /** Told before the first step how the run is saved; it is not saved otherwise until it has ended. */
  readonly begun?: (run: { readonly dir: string; readonly save: (step: number) => Promise<void> }) => void;
}

/** How the sessions of a run are made. */
export interface RunForm {
  readonly fit: Fit;
  readonly session: SessionOptions;
  readonly beside: Beside | undefined;
  /** Awaited before each run of sessions that are the trainer's own; what it throws leaves the state as it was. */
  readonly beforeRun: () => Promise<void>;
}

/** Of a run of fewer steps, measuring them would take a third or more. */
const MEASURED_FROM_STEPS = 10;

/** One run's moving parts: what a step, an epoch and the end do. */
export class Trainer {
  readonly state: TrainingState;
  private readonly plan: TrainingPlan;
  private readonly run: RunFolder;
  private readonly encoder: PromptEncoder;
  private readonly backbone: Stepper;
  private readonly predictor: Predictor;
  /** Whether its sessions are its own, and its prompts are for the prompt table. */
  private readonly alone: boolean;
  private readonly order: RowOrder;
  private readonly rate = new RowRate();
  private readonly notices: NoticeEvent[] = [];

  private constructor(
    plan: TrainingPlan,
    run: RunFolder,
    state: TrainingState,
    encoder: PromptEncoder,
    { fit, session, beside, beforeRun }: RunForm,
  ) {
    this.plan = plan;
    this.run = run;
    this.state = state;
    this.encoder = encoder;
    const { precision, seed, batch_size } = plan.project.file.trainer;
    this.order = new RowOrder(plan.train.size, batch_size, seed);
    const notice = (message: string) => this.notices.push({ event: 'notice', message });
    this.alone = beside === undefined;
    const { backbone } = plan.project;
    this.backbone =
      beside?.backbone ?? new BackboneStep(backbone, { ...fit, ...session, precision, notice, beforeRun });
    this.predictor = beside?.predictor ?? new Predictor(backbone, { ...session, notice, beforeRun });
  }

  static async create(plan: TrainingPlan, run: RunFolder, form: RunForm): Promise<Trainer> {
    const checkpoint = await run.loadCheckpoint(form.beside?.from?.step);
    const state = checkpoint ? TrainingState.fromCheckpoint(plan, checkpoint) : TrainingState.fresh(plan);
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
    const lr = learningRate(optim.sched, progress.step, plan.totalSteps, optim.lr);
    state.optimiser.step(values, ordered, lr, scale);
    progress.step++;
    progress.batch++;
    progress.lossSum += loss * targets;
    progress.targets += targets;
    return {
      event: 'step',
      step: progress.step,
      epoch: progress.epoch + 1,
      loss,
      lr,
      rows_per_s: this.rate.take(batch.length),
    };
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
    const verdict = judgeEpoch(plan.project.file.trainer, progress, validation);
    // Without validation rows there is nothing to choose a task's prompt by, and the last one is the one to keep.
    const kept = [...virtual.keys()].filter((task) => verdict.isBest || !Object.hasOwn(validation.tasks, task));
    const keep = verdict.isBest || validation.loss === undefined;
    const bestValidation = keep ? validation.tasks : progress.bestValidation;
    const keptEpochs = { ...progress.keptEpochs, ...Object.fromEntries(kept.map((task) => [task, progress.epoch])) };
    if (kept.length > 0) {
      state.best = new Map([...(state.best ?? virtual), ...kept.map((task) => [task, virtual.get(task)!] as const)]);
      await this.keep(this.run.bestPromptsPath, {
        virtual: state.best,
        validation: bestValidation,
        epochs: keptEpochs,
      });
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
    this.rate.restart();
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

  /** Puts the best prompts into the project's prompt table, and measures them. Where that is stopped, they are in it. */
  async finish(): Promise<DoneEvent> {
    const { step, epoch, stoppedEarly, stopping } = this.state.progress;
    const tasks = await this.keepBest();
    const precision = this.alone ? await precisionLosses(this.plan, this.state.best!, this.backbone) : undefined;
    return {
      event: 'done',
      run: this.run.dir,
      prompt_table: this.promptTablePath,
      steps: step,
      epochs: epoch,
      stopped_early: stoppedEarly,
      ...(this.plan.validation.size > 0 ? { best_value: stopping.best! } : {}),
      ...(precision ? { precision } : {}),
      tasks: this.alone ? await this.withLearning(tasks) : tasks,
    };
  }

  /** Ends it before `finish` has; where no epoch has ended, the prompt table is left as it is. */
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
    await this.keep(this.promptTablePath, { virtual: state.best!, validation: bestValidation, epochs: keptEpochs });
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

  private keep(path: string, prompts: KeptPrompts): Promise<void> {
    return writePrompts(path, this.plan, prompts, new Date(this.run.record.created));
  }

  /** Keeps the best prompt of a run that diverged, and says so in the error that is to be thrown. */
  async afterDivergence(error: DivergedError): Promise<DivergedError> {
    const { best, progress } = this.state;
    try {
      if (best) await this.keepBest();
      error.message += best
        ? t('; the prompt of epoch {0} is kept', Math.max(...Object.values(progress.keptEpochs)) + 1)
        : t('; no epoch had ended, so no prompt was kept');
      await this.run.setState('failed');
    } catch (refused) {
      // Why it came to its end is not to be hidden by it.
      if (!(refused instanceof FileError)) throw refused;
      error.message += `; ${refused.message}`;
    }
    return error;
  }

  async release(): Promise<void> {
    await this.encoder.release();
    if (!this.alone) return;
    await this.backbone.release();
    await this.predictor.release();
  }

  private batch(): TaskRow[] {
    const { plan, order } = this;
    const { epoch, batch } = this.state.progress;
    return order
      .batch(epoch, batch)
      .map((row) => ({ taskname: plan.train.taskname(row), row: plan.train.tokens(row) }));
  }
}
