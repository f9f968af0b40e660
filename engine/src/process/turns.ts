import { setImmediate } from 'node:timers/promises';
import type { Urgency } from '../../../protocol/src/engine.ts';
import { Cancelled, throwIfCancelled } from './cancelled.ts';

const RANK: Readonly<Record<Urgency, number>> = { hover: 0, visible: 1, background: 2 };

interface Waiting {
  readonly rank: number;
  readonly enter: () => void;
}

/** A piece of work that has the device. */
export interface Turn {
  /**
   * To be called between two short parts of the work: messages are heard, and work that is as urgent or more goes first.
   * @throws Cancelled where the request has been withdrawn meanwhile
   */
  pass(): Promise<void>;
}

/** Lets one piece of work at a time have the device: the most urgent one, and of equal ones the one that came first. */
export class Turns {
  private busy = false;
  private waiting: readonly Waiting[] = [];

  /** @throws Cancelled where the request was withdrawn before its turn came; what `work` throws */
  async take<T>(urgency: Urgency, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    await this.enter(RANK[urgency], signal);
    let inside = true;
    try {
      return await work({
        pass: async () => {
          await setImmediate();
          throwIfCancelled(signal);
          if (!this.waiting.some(({ rank }) => rank <= RANK[urgency])) return;
          inside = false;
          this.leave();
          await this.enter(RANK[urgency], signal);
          inside = true;
        },
      });
    } finally {
      if (inside) this.leave();
    }
  }

  private async enter(rank: number, signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    if (!this.busy) {
      this.busy = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        rank,
        enter: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
        reject(new Cancelled());
      };
      signal.addEventListener('abort', abort, { once: true });
      this.waiting = [...this.waiting, waiting];
    });
  }

  private leave(): void {
    const [first, ...others] = this.waiting;
    if (!first) {
      this.busy = false;
      return;
    }
    const next = others.reduce((best, one) => (one.rank < best.rank ? one : best), first);
    this.waiting = this.waiting.filter((one) => one !== next);
    // It stays busy: the turn goes from one to the other.
    next.enter();
  }
}
