/** Seconds between two times that a run is saved. */
const SECONDS = 10;

/** Saving takes no more of the time than one part in so many. */
const SHARE = 20;

/** When a run that goes on is saved again: after some seconds, or later where saving takes long, as with an encoder of a gigabyte. */
export class SavingPace {
  private readonly seconds: number;
  private next: number;

  /** @param first seconds until the first time */
  constructor(seconds = SECONDS, first = seconds) {
    this.seconds = seconds;
    this.next = performance.now() + 1000 * first;
  }

  get isDue(): boolean {
    return performance.now() >= this.next;
  }

  async save(work: () => Promise<void>): Promise<void> {
    const started = performance.now();
    await work();
    const now = performance.now();
    this.next = now + Math.max(1000 * this.seconds, SHARE * (now - started));
  }
}
