import { constants } from 'node:os';

/**
 * Milliseconds in which a second signal is the same key press: npm passes Ctrl-C on to a program that the terminal has
 * told already.
 */
const SAME_PRESS = 300;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends a run gently at the first signal and at once at the second. The runtime keeps this thread busy during a step, so
 * a signal is heard when the step is over.
 */
export class Interrupt {
  /** As shells count: 130 after Ctrl-C, 143 after SIGTERM. */
  exitCode: number | undefined;
  private firstAt = 0;
  private readonly listener: (signal: NodeJS.Signals) => void;

  /** @param first called at the first signal, to tell the user */
  constructor(first: (signal: NodeJS.Signals) => void) {
    this.listener = (signal) => {
      const now = performance.now();
      if (this.exitCode === undefined) {
        this.exitCode = 128 + constants.signals[signal];
        this.firstAt = now;
        first(signal);
      } else if (now - this.firstAt > SAME_PRESS) process.exit(this.exitCode);
    };
    for (const signal of SIGNALS) process.on(signal, this.listener);
  }

  get requested(): boolean {
    return this.exitCode !== undefined;
  }

  /** Signals end the process again, as they do by default. */
  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.listener);
  }
}
