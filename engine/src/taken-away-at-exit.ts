import { rmSync } from 'node:fs';
import { constants } from 'node:os';

/** Files and folders with the question whether they are still ours. */
const files = new Map<string, () => boolean>();

/**
 * Has a file or folder taken away where the process ends in the midst of its work, as at a second Ctrl-C. Nothing helps against
 * SIGKILL: what that leaves is taken away by whoever comes upon it.
 * @param isOurs asked then
 * @returns to be called when the file has gone, or is to stay
 */
export function takenAwayAtExit(file: string, isOurs: () => boolean = () => true): () => void {
  if (files.size === 0) process.on('exit', takeAway);
  files.set(file, isOurs);
  return () => {
    files.delete(file);
    if (files.size === 0) process.off('exit', takeAway);
  };
}

function takeAway(): void {
  for (const [file, isOurs] of files) {
    try {
      if (isOurs()) rmSync(file, { recursive: true, force: true });
    } catch {
      // It stays, as after a kill.
    }
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let worksAtOnce = 0;

/**
 * Does work during which a signal that ends the process is an exit, at which what the work has begun is taken away. Where others
 * listen to signals, they say what becomes of the process.
 */
export async function withSignalsAsExit<T>(work: () => Promise<T>): Promise<T> {
  if (worksAtOnce++ === 0) for (const signal of SIGNALS) process.on(signal, exit);
  try {
    return await work();
  } finally {
    if (--worksAtOnce === 0) for (const signal of SIGNALS) process.off(signal, exit);
  }
}

function exit(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
}
