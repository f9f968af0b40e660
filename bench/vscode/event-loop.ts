import { performance } from 'node:perf_hooks';

/** Milliseconds between two looks. */
const EVERY_MS = 5;

export interface Blocks {
  /** The longest time between two turns of the loop, in milliseconds: also where the process waited for a processor. */
  readonly longest: number;
  /** The longest that the thread itself worked between two turns: what others cannot be blamed for. */
  readonly longestWork: number;
}

interface ThreadTimes {
  /** Microseconds of the processor. In Node 24, which the host runs on. */
  threadCpuUsage(): { readonly user: number; readonly system: number };
}

/** Watches this thread's event loop until it is stopped. */
export function watchEventLoop(): () => Blocks {
  const { threadCpuUsage } = process as unknown as ThreadTimes;
  const worked = () => {
    const { user, system } = threadCpuUsage();
    return (user + system) / 1000;
  };
  let [at, work] = [performance.now(), worked()];
  let [longest, longestWork] = [0, 0];
  const timer = setInterval(() => {
    const [now, done] = [performance.now(), worked()];
    longest = Math.max(longest, now - at - EVERY_MS);
    longestWork = Math.max(longestWork, done - work);
    [at, work] = [now, done];
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    return { longest, longestWork };
  };
}
