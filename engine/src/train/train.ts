import { setImmediate } from 'node:timers/promises';
import { t } from '../../../l10n/src/words.ts';
import type { RunState } from '../../../protocol/src/runs.ts';
import type { EpochEvent, NoticeEvent, StepEvent, TrainEvent } from '../../../protocol/src/training-events.ts';
import { DivergedError, FileError } from '../errors.ts';
import { requireTablePlace } from '../prompt/prompt-table.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { VERSION } from '../version.ts';
import { type Fit, type FittedRun, fitRun } from './fit.ts';
import type { TrainingPlan } from './plan.ts';
import { requirePrecision } from './require-precision.ts';
import { RunFolder } from './run-folder.ts';
import { runWarnings } from './run-warnings.ts';
import { SavingPace } from './saving-pace.ts';
import { type Beside, Trainer } from './trainer.ts';

export interface TrainOptions {
  /** Go on with the newest unfinished run of the same tasks, if there is one. */
  readonly resume: boolean;
  /** Asked between steps, and between runs of the backbone of which a step, a validation or what is measured may take many. */
  readonly stopRequested: () => StopRequest | undefined;
  readonly session?: SessionOptions;
  /** How it is made to fit into memory; chosen by what is free where it is left out. */
  readonly fit?: Fit;
  /** For a run beside others over one backbone: it makes no sessions of its own, estimates nothing and keeps its prompts to itself. */
  readonly beside?: Beside;
}

/** Thrown into the steps of runs side by side to stop them all, when they have been saved. */
export class PausedError extends Error {}

/**
 * `pause` ends the process's part of the run with everything saved, so that it may be resumed; `cancel` ends the run for
 * good and keeps the best prompt so far.
 */
export type StopRequest = 'pause' | 'cancel';

/** Thrown before a run of the backbone where a stop was requested; what was under way changes nothing. */
class StopRequestedError extends Error {}

/**
 * Trains the plan's tasks and puts their prompts into the prompt table. The same plan gives the same bytes on the same
 * machine, whether or not the run was stopped, or killed, and resumed on the way.
 * @throws DivergedError where the loss is no longer a number; the best prompt so far is kept
 * @throws InputError for a precision that the device does not compute in
 * @throws FileError before the first step where the prompt table could not be written after the last
 */
export async function* train(plan: TrainingPlan, options: TrainOptions): AsyncGenerator<TrainEvent> {
  requirePrecision(plan.project.file.trainer.precision, options.session?.provider ?? 'cpu');
  if (!options.beside) await requireTablePlace(plan.project.promptTablePath);
  // Before there are sessions, whose memory would count twice.
  const fitted = options.fit ? undefined : fitRun(plan, options.session?.provider);
  const fit = options.fit ?? fitted!.fit;
  const { run, former } = await openRun(plan, fit, options);
  try {
    const { session = {}, beside } = options;
    const trainer = await Trainer.create(plan, run, {
      fit: run.record.fit ?? fit,
      session,
      beside,
      beforeRun: async () => {
        // A request is a message or a signal, which is heard when its turn comes.
        await setImmediate();
        if (options.stopRequested()) throw new StopRequestedError();
      },
    });
    beside?.begun?.({ dir: run.dir, save: (step) => trainer.save(step) });
    try {
      yield* beginning(trainer, plan, { run, former }, fitted, options);
      yield* steps(trainer, run, options.stopRequested);
    } catch (error) {
      if (error instanceof PausedError) {
        yield* stopped(run, trainer);
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

/** What is told before the first step. */
async function* beginning(
  trainer: Trainer,
  plan: TrainingPlan,
  { run, former }: OpenedRun,
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
  if (former !== undefined) {
    yield {
      event: 'notice',
      message: t('It goes on with the run of {0}, as this task file was called before.', former),
    };
  }
  // Of runs side by side it is said once, by who starts them.
  if (options.beside === undefined && trainer.state.progress.step === 0) {
    for (const message of await runWarnings(plan)) yield { event: 'notice', message };
  }
  if (fitted && !trainer.state.progress.finished) {
    const estimate = await unlessStopped(trainer.estimate(fitted));
    if (estimate) yield estimate;
  }
}

/** The events of all steps, up to the run's end or until a stop is requested. */
async function* steps(
  trainer: Trainer,
  run: RunFolder,
  stopRequested: TrainOptions['stopRequested'],
): AsyncGenerator<TrainEvent> {
  const saving = new SavingPace();
  for (;;) {
    if (trainer.state.progress.finished) {
      const done = await unlessStopped(trainer.finish());
      yield* trainer.newNotices();
      if (done) {
        yield* recorded(run, 'done');
        yield done;
        return;
      }
    }
    const stop = stopRequested();
    if (stop === 'pause') {
      await trainer.save();
      yield* stopped(run, trainer);
      return;
    }
    if (stop === 'cancel') {
      const cancelled = await trainer.cancel();
      yield* recorded(run, 'cancelled');
      yield cancelled;
      return;
    }
    // A run that was stopped in a validation goes on with it.
    const event = await unlessStopped<StepEvent | EpochEvent>(
      trainer.epochIsDone ? trainer.endEpoch() : trainer.step(),
    );
    yield* trainer.newNotices();
    if (!event) continue;
    // Before the checkpoint: what a run writes after its checkpoint is dropped when it is resumed, and not missed.
    await run.addMetrics(event);
    if (event.event === 'epoch' || saving.isDue) await saving.save(() => trainer.save());
    yield event;
  }
}

async function* stopped(run: RunFolder, { state }: Trainer): AsyncGenerator<TrainEvent> {
  yield* recorded(run, 'stopped');
  yield { event: 'stopped', run: run.dir, step: state.progress.step };
}

/** Undefined where a stop was requested before it was done. */
async function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StopRequestedError) return undefined;
    throw error;
  }
}

/** Says in the run's record how it has ended. What it came to is kept by then, and told though that cannot be written. */
async function* recorded(run: RunFolder, state: RunState): AsyncGenerator<NoticeEvent> {
  try {
    await run.setState(state);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield { event: 'notice', message: t('{0}; the run is listed as stopped', error.message) };
  }
}

interface OpenedRun {
  readonly run: RunFolder;
  /** What the task file was called when the run began, where that was otherwise. */
  readonly former: string | undefined;
}

async function openRun(plan: TrainingPlan, fit: Fit, { resume, session, beside }: TrainOptions): Promise<OpenedRun> {
  const { project } = plan;
  const tasks = [...plan.tasks.keys()];
  const unfinished = beside?.from
    ? await RunFolder.reopen(beside.from.dir)
    : resume
      ? await RunFolder.findUnfinished(project.path, tasks, plan.hash)
      : undefined;
  if (unfinished) return { run: unfinished, former: await unfinished.goOn(project.path) };
  const { p_tuning, prompt_tuning, optim, trainer } = project.file;
  const run = await RunFolder.create({
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
  return { run, former: undefined };
}
