import { readFileSync, readlinkSync } from 'node:fs';

/** Whether a process with this id runs on this machine, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, but belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** When a process began, and where its id is its own. */
export interface Birth {
  /** The namespace of process ids: containers each have their own. */
  readonly namespace: string;
  /** Which of the machine's starts it was. */
  readonly boot: string;
  /** Clock ticks after that. */
  readonly ticks: string;
}

/** Tells a process from another one that had its id before; undefined where the platform does not say. */
export function birthOf(pid: number): Birth | undefined {
  try {
    const ticks = fieldsOf(pid)[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return ticks === undefined ? undefined : { namespace: readlinkSync('/proc/self/ns/pid'), boot, ticks };
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that has the id now is known to be another one than that which was born so.
 * @param born as a file says it, whatever that is
 */
export function isAnother(pid: number, born: Partial<Birth> | null | undefined): boolean {
  const now = born ? birthOf(pid) : undefined;
  if (!born || !now || born.namespace !== now.namespace) return false;
  return born.boot !== now.boot || born.ticks !== now.ticks;
}

/** A process that has ended keeps its id until its parent asks for it, which in a container may be never. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^[ZX]/.test(fieldsOf(pid)[0]!);
  } catch {
    return false;
  }
}

/** What Linux says of a process, from its state on. */
function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // `4711 (its name, which may hold anything) Z …`
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
