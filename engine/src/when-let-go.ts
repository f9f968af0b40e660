import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 10;
const BETWEEN_MS = 20;

/**
 * Does something to a file or folder (rename, delete, make, read) that on Windows fails while another program has it open: a virus
 * scanner or an indexer for a moment after it was written, or whoever is just reading what is to be deleted or made again.
 * It is tried for a second.
 */
export async function whenLetGo<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (!isWindows() || attempt === TRIES || !['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
      await sleep(BETWEEN_MS * attempt);
    }
  }
}

/** Or Linux within it, which has its disks. */
function isWindows(): boolean {
  return process.platform === 'win32' || (process.platform === 'linux' && /microsoft/i.test(release()));
}
