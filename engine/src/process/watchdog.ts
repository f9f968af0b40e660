import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { isProcessAlive } from '../process-alive.ts';

/*
 * Ends this process when its parent has gone. The runtime keeps the main thread busy for as long as a step takes, and a
 * step may hang, so the watch is kept in a thread of its own, which can kill the process whatever the main thread does.
 */

/** Milliseconds between two looks at the parent. */
const LOOK_EVERY = 500;

/** Milliseconds that the main thread has to save a run and end by itself. */
const GRACE = 3_500;

export interface Watchdog {
  /** Resolves when the watch is kept; before, a hung main thread would not be noticed. */
  readonly watching: Promise<void>;
  /** The process is about to end: it is killed if it has not when its time is up. */
  endSoon(): void;
}

/** Starts the thread. @param program the engine's own program, which calls `watch` in a thread */
export function startWatchdog(program: URL): Watchdog {
  const worker = new Worker(program, { workerData: { parent: process.ppid } });
  worker.unref();
  const watching = once(worker, 'message').then(() => undefined);
  return { watching, endSoon: () => worker.postMessage('end soon') };
}

/** The thread's work. */
export function watch(): void {
  const { parent } = workerData as { parent: number };
  let ending = false;
  const endSoon = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE);
  };
  parentPort!.on('message', endSoon);
  setInterval(() => {
    // On Windows a process keeps the number of a parent that has gone; elsewhere it gets another parent.
    if (process.ppid !== parent || !isProcessAlive(parent)) endSoon();
  }, LOOK_EVERY);
  parentPort!.postMessage('watching');
}
