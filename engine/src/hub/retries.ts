import { setTimeout as sleep } from 'node:timers/promises';
import { t } from '../../../l10n/src/words.ts';
import { HubError, Transient } from './hub-error.ts';

/** Seconds that a user can be expected to wait for a hub that asks for patience. */
const LONGEST_WAIT = 300;

export interface RetryOptions {
  /** How many failures in a row are the end of it. */
  readonly tries: number;
  readonly signal: AbortSignal;
  /** A number that grows when something was won; a failure after it was more than ever before counts as the first one. */
  readonly won?: () => number;
  /** Told before each pause, which is of so many seconds. */
  readonly waiting?: (seconds: number, problem: string) => void;
  readonly pause?: Pause;
}

/** Waits. @throws the signal's reason when it is aborted */
export type Pause = (seconds: number, signal: AbortSignal) => Promise<void>;

const pauseFor: Pause = async (seconds, signal) => {
  await sleep(1000 * seconds, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
};

/**
 * Tries until it works: after a `Transient` failure again, a little later each time, or when the hub says.
 * @throws HubError when it has failed too often, or the hub wants to be left alone for long; what `attempt` throws else
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { tries, signal, won = () => 0, waiting, pause = pauseFor } = options;
  let failures = 0;
  let most = won();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Transient)) throw error;
      // What was lost meanwhile and won again is nothing new, or some servers would be asked without an end.
      failures = won() > most ? 1 : failures + 1;
      most = Math.max(most, won());
      const { message, after } = error;
      if (after !== undefined && after > LONGEST_WAIT) {
        throw new HubError('unreachable', t('{0}; try again in {1} minutes', message, Math.ceil(after / 60)), {
          cause: error,
        });
      }
      if (failures >= tries) throw new HubError('unreachable', message, { cause: error });
      const seconds = after ?? 2 ** (failures - 1);
      waiting?.(seconds, message);
      await pause(seconds, signal);
    }
  }
}
