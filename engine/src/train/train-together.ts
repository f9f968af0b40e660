import type { DoneEvent, TrainEvent } from '../../../protocol/src/training-events.ts';
import { DivergedError } from '../errors.ts';
import { Predictor } from '../predict/predictor.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { BackboneStep } from './backbone-step.ts';
import type { Fit } from './fit.ts';
import type { TrainingPlan } from './plan.ts';
import type { RunGroup } from './run-group.ts';
import { SavingPace } from './saving-pace.ts';
import { SharedStep } from './shared-step.ts';
import { PausedError, type StopRequest, train } from './train.ts';
import type { Beside } from './trainer.ts';

export interface TogetherOptions {
  readonly fit: Fit;
  readonly session: SessionOptions;
  /** As which the runs are saved, and found again when they are resumed. */
  readonly group: RunGroup;
  /** Told what each run says, with its number; runs go on side by side. */
  readonly told: (event: TrainEvent, run: number) => void;
  readonly notice: (message: string) => void;
  /** Asked between steps: all runs are saved, and go no further. */
  readonly pauseRequested: () => boolean;
  /** What a run is called in the error that says it diverged, such as `seed 2`. */
  readonly nameOf?: (run: number) => string;
  /** Called with each run that has come to its end, while the sessions are there. */
  readonly ended?: (done: DoneEvent, run: number, predictor: Predictor) => Promise<void>;
  /** Seconds between two times that all runs are saved; see `SavingPace`. */
  readonly saveSeconds?: number;
}

/**
 * Runs of one project side by side, each with its own rows, prompt, optimiser and schedule, over one backbone: the weights
 * are loaded once, and small batches are run together. Each ends as it would alone, but for rounding, and as it would have without a stop or a
 * kill to the byte; prompts stay in the runs' folders, so that the prompt table is as it was.
 * @returns each run's end, undefined for those that were stopped
 * @throws what a run throws; the others are stopped first, and for good where that would be thrown again
 */
export async function trainTogether(
  plans: readonly TrainingPlan[],
  { fit, session, group, told, notice, pauseRequested, nameOf, ended, saveSeconds }: TogetherOptions,
): Promise<(DoneEvent | undefined)[]> {
  const { project } = plans[0]!;
  const { precision } = project.file.trainer;
  const backbone = new BackboneStep(project.backbone, { ...fit, ...session, precision, notice });
  const predictor = new Predictor(project.backbone, { ...session, notice });
  const dirs = new Array<string>(plans.length);
  const going = new Map<number, Parameters<NonNullable<Beside['begun']>>[0]>();
  let stop: StopRequest | undefined;
  const saving = new SavingPace(saveSeconds, 0);
  const save = async (step: number) => {
    for (const run of going.values()) await run.save(step);
    await group.savedAt(step, dirs);
  };
  const before = async (step: number) => {
    // Where one has failed, the others end before their next step, and nothing goes on from them.
    if (stop) return;
    const pause = pauseRequested();
    if (pause || saving.isDue) await saving.save(() => save(step));
    if (pause) throw new PausedError();
  };
  const shared = new SharedStep(backbone, before, group.step);
  const one = async (plan: TrainingPlan, run: number, place: ReturnType<SharedStep['join']>) => {
    const dir = group.dir(run);
    try {
      const events = train(plan, {
        resume: false,
        stopRequested: () => stop,
        session,
        fit,
        beside: {
          backbone: place.stepper,
          predictor,
          from: dir === undefined ? undefined : { dir, step: group.step },
          begun: (saving) => {
            dirs[run] = saving.dir;
            going.set(run, saving);
          },
        },
      });
      let end: DoneEvent | undefined;
      for await (const event of events) {
        told(event, run);
        if (event.event === 'done') end = event;
      }
      if (end) await ended?.(end, run, predictor);
      return end;
    } catch (error) {
      stop ??= wouldFailAgain(error) ? 'cancel' : 'pause';
      if (nameOf && error instanceof DivergedError) error.message = `${nameOf(run)}: ${error.message}`;
      throw error;
    } finally {
      going.delete(run);
      place.leave();
    }
  };
  try {
    // All join before the first step, or it would not wait for the rest.
    const places = plans.map(() => shared.join());
    const ends = await Promise.allSettled(plans.map((plan, run) => one(plan, run, places[run]!)));
    const broken = ends.find((end) => end.status === 'rejected');
    if (broken) throw broken.reason;
    return ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
  } catch (error) {
    // Why they have ended is not to be hidden by a record that cannot be written.
    if (wouldFailAgain(error)) await group.end().catch(() => undefined);
    throw error;
  } finally {
    await backbone.release();
    await predictor.release();
  }
}

/** Anything else, such as a full disk, may be put right, and the runs go on from where all were saved. */
function wouldFailAgain(error: unknown): boolean {
  return error instanceof DivergedError;
}
