import { rmSync } from 'node:fs';

/** Files with the question whether they are still ours. */
const files = new Map<string, () => boolean>();

/**
 * Has a file taken away where the process ends in the midst of its work, as at a second Ctrl-C. Nothing helps against
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
      if (isOurs()) rmSync(file, { force: true });
    } catch {
      // It stays, as after a kill.
    }
  }
}
