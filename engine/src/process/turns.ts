import { setImmediate } from 'node:timers/promises';
import type { Urgency } from '../../../protocol/src/predicting.ts';
import { Cancelled, throwIfCancelled } from './cancelled.ts';

const RANK: Readonly<Record<Urgency, number>> = { hover: 0, visible: 1, background: 2 };

/** How urgent a piece of work is, and its number in the order in which they came. */
interface Claim {
  readonly rank: number;
  readonly number: number;
}

interface Waiting extends Claim {
  readonly enter: () => void;
}

/** Whether work goes first, though it came later or has had a turn since. */
function goesBefore(one: Claim, other: Claim): boolean {
  // Whoever scrolls on wants to see the rows that came into view last.
  return one.rank < other.rank || (one.rank === other.rank && isWatched(one) && one.number > other.number);
}

const isWatched = ({ rank }: Claim) => rank < RANK.background;

/** A piece of work that has the device. */
export interface Turn {
  /**
   * To be called between two short parts of the work: messages are heard, and work that goes before this one is done.
   * @throws Cancelled where the request has been withdrawn meanwhile
   */
  pass(): Promise<void>;
}

/**
 * Lets one piece of work at a time have the device: the most urgent one; of equal ones that somebody looks at the one that came
 * last, and of those in the background one after the other by turns.
 */
export class Turns {
  private busy = false;
  private count = 0;
  private waiting: readonly Waiting[] = [];

  /** @throws Cancelled where the request was withdrawn before its turn came; what `work` throws */
  async take<T>(urgency: Urgency, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    const claim: Claim = { rank: RANK[urgency], number: ++this.count };
    await this.enter(claim, signal);
    let inside = true;
    try {
      return await work({
        pass: async () => {
          await setImmediate();
          throwIfCancelled(signal);
          const mayTake = (one: Claim) => goesBefore(one, claim) || (one.rank === claim.rank && !isWatched(claim));
          if (!this.waiting.some(mayTake)) return;
          inside = false;
          this.leave();
          await this.enter(claim, signal);
          inside = true;
        },
      });
    } finally {
      if (inside) this.leave();
    }
  }

  private async enter(claim: Claim, signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    if (!this.busy) {
      this.busy = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        ...claim,
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
    const next = others.reduce((best, one) => (goesBefore(one, best) ? one : best), first);
    this.waiting = this.waiting.filter((one) => one !== next);
    // It stays busy: the turn goes from one to the other.
    next.enter();
  }
}
