import { hostname } from 'node:os';
import { t } from '../../../l10n/src/words.ts';
import { holderText } from '../file-lock.ts';
import { Pace } from '../progress.ts';
import type { FetchProgress } from './fetch-model.ts';

/** A fetch as it is shown. */
export interface FetchState {
  /** Bytes that are there, and those of the whole model. */
  readonly present: number;
  readonly bytes: number;
  /** Undefined, as is `secondsLeft`, before it can be told. */
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
  /** Why nothing happens for a moment. */
  readonly waiting: string | undefined;
}

/** Tells how fast a fetch goes, at most so often as somebody can read it. */
export class FetchMeter {
  readonly #bytes: number;
  readonly #every: number;
  readonly #now: () => number;
  #pace = new Pace(10);
  #present = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /**
   * @param bytes of the whole model
   * @param every milliseconds between two states
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(bytes: number, every: number, now: () => number = () => performance.now()) {
    this.#bytes = bytes;
    this.#every = every;
    this.#now = now;
  }

  /** The state, where it is time to show one. */
  take({ present, waiting }: FetchProgress): FetchState | undefined {
    const now = this.#now();
    // A content that was wrong is fetched again; what went before says nothing of the pace.
    if (present < this.#present) this.#pace = new Pace(10);
    this.#present = present;
    if (!waiting && present < this.#bytes && now - this.#toldAt < this.#every) return undefined;
    this.#toldAt = now;
    this.#pace.mark(present, present, now / 1000);
    const { rowsPerSecond } = this.#pace;
    return {
      present,
      bytes: this.#bytes,
      bytesPerSecond: rowsPerSecond > 0 ? rowsPerSecond : undefined,
      secondsLeft: this.#pace.secondsLeft(this.#bytes),
      waiting: waiting && waitingText(waiting),
    };
  }
}

/** Why nothing happens for a moment, and for how long. */
export function waitingText(waiting: NonNullable<FetchProgress['waiting']>): string {
  if ('seconds' in waiting) return t('{0}; trying again in {1} s', waiting.problem, Math.ceil(waiting.seconds));
  const { holder, lock } = waiting;
  if (holder?.host === hostname()) return t('process {0} is fetching it; waiting for its end', holder.pid);
  // Whether it lives cannot be seen from here: it may be of a container that is no more.
  return t('{0} is fetching it; waiting for its end (if it has ended, delete {1})', holderText(holder), lock);
}
