import type { DoneEvent, TrainEvent } from '../../../protocol/src/training-events.ts';
import { Predictor } from '../predict/predictor.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { BackboneStep } from './backbone-step.ts';
import type { Fit } from './fit.ts';
import type { TrainingPlan } from './plan.ts';
import { SharedStep } from './shared-step.ts';
import { train } from './trainer.ts';

export interface TogetherOptions {
  readonly fit: Fit;
  readonly session: SessionOptions;
  /** Told what each run says, with its number; runs go on side by side. */
  readonly told: (event: TrainEvent, run: number) => void;
  readonly notice: (message: string) => void;
  readonly cancelRequested: () => boolean;
  /** Called with each run that has come to its end, while the sessions are there. */
  readonly ended?: (done: DoneEvent, run: number, predictor: Predictor) => Promise<void>;
}

/**
 * Runs of one project side by side, each with its own rows, prompt, optimiser and schedule, over one backbone: the weights
 * are loaded once, and small batches are run together. Each ends as it would alone, but for rounding; prompts stay in the runs'
 * folders, so that the prompt table is as it was.
 * @returns each run's end, undefined for those that were cancelled
 * @throws what a run throws; the others are cancelled first
 */
export async function trainTogether(
  plans: readonly TrainingPlan[],
  { fit, session, told, notice, cancelRequested, ended }: TogetherOptions,
): Promise<(DoneEvent | undefined)[]> {
  const { project } = plans[0]!;
  const { precision } = project.file.trainer;
  const backbone = new BackboneStep(project.backbone, { ...fit, ...session, precision, notice });
  const predictor = new Predictor(project.backbone, session);
  const shared = new SharedStep(backbone);
  let failed = false;
  const one = async (plan: TrainingPlan, run: number, place: ReturnType<SharedStep['join']>) => {
    try {
      const events = train(plan, {
        resume: false,
        stopRequested: () => (failed || cancelRequested() ? 'cancel' : undefined),
        session,
        fit,
        beside: { backbone: place.stepper, predictor },
      });
      let end: DoneEvent | undefined;
      for await (const event of events) {
        told(event, run);
        if (event.event === 'done') end = event;
      }
      if (end) await ended?.(end, run, predictor);
      return end;
    } catch (error) {
      failed = true;
      throw error;
    } finally {
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
  } finally {
    await backbone.release();
    await predictor.release();
  }
}
