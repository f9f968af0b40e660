import { readFile, writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from './log.ts';

/** Linux lets only one process change a group's priority within a tenth of a second. */
const ATTEMPTS = 5;
const BETWEEN_MS = 150;

/**
 * Lets others go before this process, whose threads to come inherit it. Linux may share the processors out among the sessions
 * of processes first (autogroup), and then a process's own priority counts within its session only: where this process has a
 * session of its own, that is lowered as well. Where none of that is allowed, it goes on as it is.
 * @param niceness 1 to 19; one that this process already exceeds is left, as the system would refuse
 */
export async function lowerPriority(niceness: number): Promise<void> {
  try {
    const lower = Math.max(getPriority(), niceness);
    setPriority(lower);
    if (process.platform === 'linux' && (await leadsSession())) await lowerSession(lower);
  } catch (error) {
    log.info(`the priority stays as it is: ${String(error)}`);
  }
}

/** A session that is not this process's own has the editor in it. */
async function leadsSession(): Promise<boolean> {
  // The name, in brackets, may hold anything; state, parent, group and session follow.
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === process.pid;
}

async function lowerSession(niceness: number): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await writeFile('/proc/self/autogroup', String(niceness));
      return;
    } catch (error) {
      // A kernel without such groups needs none of this.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      await sleep(BETWEEN_MS);
    }
  }
}
