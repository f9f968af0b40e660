import type { StartEvent, StepEvent } from '../../../protocol/src/training-events.ts';
import { Pace } from '../progress.ts';

/** Share of a step in the loss that is shown, which jumps too much from step to step to be read. */
const NEWEST = 0.1;

/** Follows a run by its events: how far it is, how fast, and the loss as a person wants to see it. */
export class RunProgress {
  private readonly start: StartEvent;
  private readonly batchSize: number;
  private readonly pace = new Pace();
  private step: number;
  private epoch: number;
  private loss: number | undefined;

  constructor(start: StartEvent, batchSize: number) {
    this.start = start;
    this.batchSize = batchSize;
    const { epochs, steps, from_step } = start;
    this.step = from_step;
    this.epoch = Math.min(epochs, Math.floor((from_step * epochs) / steps) + 1);
  }

  /** @param seconds a clock of any origin */
  stepped({ step, epoch, loss }: StepEvent, seconds: number = performance.now() / 1000): void {
    this.step = step;
    this.epoch = epoch;
    this.loss = this.loss === undefined ? loss : (1 - NEWEST) * this.loss + NEWEST * loss;
    this.pace.mark(step, step * this.batchSize, seconds);
  }

  get state() {
    const { epochs, steps } = this.start;
    const secondsLeft = this.pace.secondsLeft(steps);
    return {
      step: this.step,
      steps,
      epoch: this.epoch,
      epochs,
      loss: this.loss,
      /** Undefined before two steps are done. */
      rowsPerSecond: secondsLeft === undefined ? undefined : this.pace.rowsPerSecond,
      secondsLeft,
    };
  }
}
