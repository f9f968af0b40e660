import { constants } from 'node:os';

/**
 * Milliseconds in which a second signal is the same key press: npm passes Ctrl-C on to a program that the terminal has
 * told already.
 */
const SAME_PRESS = 300;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is going on and can be ended gently. */
const goingOn = new Set<Interrupt>();

/**
 * Ends gently what is going on, for another reason than a signal.
 * @returns whether anything is
 */
export function endGently(exitCode: number): boolean {
  for (const interrupt of goingOn) interrupt.request(exitCode);
  return goingOn.size > 0;
}

/**
 * Ends a run gently at the first signal and at once at the second. The runtime keeps this thread busy during a step, so
 * a signal is heard when the step is over.
 */
export class Interrupt {
  /** As shells count after a signal: 130 after Ctrl-C, 143 after SIGTERM. */
  exitCode: number | undefined;
  private firstAt = 0;
  private readonly first: (signal?: NodeJS.Signals) => void;
  private readonly listener: (signal: NodeJS.Signals) => void;

  /** @param first called at the first signal, to tell the user; no signal where there is another reason */
  constructor(first: (signal?: NodeJS.Signals) => void) {
    this.first = first;
    this.listener = (signal) => {
      const now = performance.now();
      if (this.exitCode === undefined) this.request(128 + constants.signals[signal], signal);
      else if (now - this.firstAt > SAME_PRESS) process.exit(this.exitCode);
    };
    for (const signal of SIGNALS) process.on(signal, this.listener);
    goingOn.add(this);
  }

  /** Asks for a gentle end, once. */
  request(exitCode: number, signal?: NodeJS.Signals): void {
    if (this.exitCode !== undefined) return;
    this.exitCode = exitCode;
    this.firstAt = performance.now();
    this.first(signal);
  }

  get requested(): boolean {
    return this.exitCode !== undefined;
  }

  /** Signals end the process again, as they do by default. */
  dispose(): void {
    goingOn.delete(this);
    for (const signal of SIGNALS) process.off(signal, this.listener);
  }
}
