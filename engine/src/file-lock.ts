import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lstat, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { t } from '../../l10n/src/words.ts';
import { FileError } from './errors.ts';
import { fileBehind } from './file-behind.ts';
import { type Birth, birthOf, isAnother, isProcessAlive } from './process-alive.ts';
import { takenAwayAtExit } from './taken-away-at-exit.ts';
import { whenLetGo } from './when-let-go.ts';

/** What a lock file holds, as JSON. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells two locks of one process apart. */
  readonly token: string;
  /** Where it is known: another process may have the id by now. */
  readonly born?: Birth | undefined;
}

/** Locks that this process holds: a lock with our process id that is not among them is a dead namesake's. */
const held = new Set<string>();

/** Milliseconds after which a lock file without a holder must be of a process that died while writing it. */
const UNWRITTEN_AFTER = 5_000;

/** A lock that is held until it is released. */
export interface FileLock {
  /** Gives the lock back; harmless where it has been taken away meanwhile. */
  release(): Promise<void>;
}

/** Who has a lock, in words. */
export function holderText(holder: LockHolder | undefined): string {
  return holder ? t('process {0} on {1}', holder.pid, holder.host) : t('another process');
}

/** Another process has the lock, and kept it for longer than one was ready to wait. */
export class LockedError extends FileError {
  override readonly name = 'LockedError';
  /** Undefined where the lock file does not say. */
  readonly holder: LockHolder | undefined;
  /** The lock file. */
  readonly lock: string;

  constructor(path: string, lock: string, holder: LockHolder | undefined) {
    super(
      path,
      t('cannot be locked: {0} has been writing it for long; if it is not, delete {1}', holderText(holder), lock),
    );
    this.holder = holder;
    this.lock = lock;
  }
}

/** Who holds a lock. */
export type LockHolder = Pick<Holder, 'pid' | 'host'>;

/**
 * Runs `work` while no other process (and nothing else in this one) holds the lock of the file at `path`, which is a
 * file `<path>.lock` with the holder's process id. The lock of a process that died is taken over. All paths of a file, through
 * links, have one lock.
 * @param patience milliseconds to wait for another holder
 * @throws LockedError when another process keeps it; FileError when the lock cannot be had at all
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, patience = 30_000): Promise<T> {
  const lock = await lockFile(path, patience);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** The same lock for work that does not fit into one function. @throws as `withFileLock` */
export async function lockFile(path: string, patience: number): Promise<FileLock> {
  const lock = await lockOf(path);
  const token = randomBytes(8).toString('hex');
  const holder: Holder = { pid: process.pid, host: hostname(), token, born: birthOf(process.pid) };
  const text = JSON.stringify(holder);
  held.add(holder.token);
  try {
    await acquire(path, lock, text, patience);
  } catch (error) {
    held.delete(holder.token);
    throw error;
  }
  const gone = takenAwayAtExit(lock, () => readFileSync(lock, 'utf8') === text);
  return {
    release: async () => {
      const current = await readLock(lock);
      // Where that is not allowed any more, it is as good as a dead process's when this one has ended; what the work came to
      // is not to be hidden by it.
      // It is tried once more when the process ends.
      let isLeft = current !== 'gone' && current.text === undefined;
      if (current !== 'gone' && current.text === text)
        await whenLetGo(() => rm(lock, { force: true })).catch(() => {
          isLeft = true;
        });
      if (!isLeft) gone();
      held.delete(holder.token);
    },
  };
}

/** Milliseconds between two looks whether another process is done. */
const LOOK_EVERY = 500;

/**
 * The same lock, for whoever waits for another holder however long that takes.
 * @param waiting told, again and again, who has it
 * @throws as `withFileLock`; the signal's reason when it is aborted
 */
export async function lockWhenFree(
  path: string,
  signal: AbortSignal,
  waiting: (locked: LockedError) => void,
): Promise<FileLock> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await lockFile(path, LOOK_EVERY);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      waiting(error);
    }
  }
}

async function lockOf(path: string): Promise<string> {
  return `${await fileBehind(path)}.lock`;
}

/** The process that holds the lock of the file at `path`; undefined where none does, or it has died. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const lock = await lockOf(path);
  const found = await readLock(lock);
  const text = found === 'gone' ? undefined : found.text;
  return text === undefined || (await isStale(lock, text)) ? undefined : parseHolder(text);
}

async function acquire(path: string, lock: string, text: string, patience: number): Promise<void> {
  // Of a clock that only goes forward.
  const deadline = performance.now() + patience;
  for (;;) {
    if (await create(path, lock, text)) return;
    const current = await readLock(lock);
    const known = current === 'gone' ? undefined : current.text;
    if (known !== undefined && (await isStale(lock, known)) && (await takeAway(lock, known))) continue;
    // What is there and gone at once may also be a link to nothing, which would be tried without end.
    if (performance.now() >= deadline) throw new LockedError(path, lock, parseHolder(known ?? ''));
    await sleep(10 + Math.random() * 40);
  }
}

async function create(path: string, lock: string, text: string): Promise<boolean> {
  try {
    // On Windows no file is made where one that has been deleted is still open.
    const file = await whenLetGo(() => open(lock, 'wx'));
    try {
      await file.writeFile(text);
    } catch (error) {
      await rm(lock, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw FileError.from(path, 'locked', error);
  }
}

/** In bytes. */
const LONGEST_LOCK = 4_096;

/**
 * What a lock file says; no text where it may not be read, as one that another user has made, or is none: it may have come with a
 * project, and be a link to a device without an end.
 */
async function readLock(lock: string): Promise<{ readonly text: string | undefined } | 'gone'> {
  try {
    const found = await lstat(lock);
    if (!found.isFile() || found.size > LONGEST_LOCK) return { text: undefined };
    return { text: await readFile(lock, 'utf8') };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : { text: undefined };
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    const { pid, host } = holder ?? {};
    return Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function isStale(lock: string, text: string): Promise<boolean> {
  const holder = parseHolder(text);
  if (!holder) {
    const age = await stat(lock).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    return age > UNWRITTEN_AFTER;
  }
  if (holder.host !== hostname()) return false;
  const { pid, born } = holder;
  return pid === process.pid ? !held.has(holder.token) : !isProcessAlive(pid) || isAnother(pid, born);
}

/**
 * Removes a stale lock; false where that is not allowed, or another process is about to. One does so at a time, by a lock of its
 * own, and looks again first: whoever was faster may have given the lock to a living process by now, and that is never touched.
 */
async function takeAway(lock: string, stale: string): Promise<boolean> {
  const taking = `${lock}.taking`;
  try {
    await (await open(taking, 'wx')).close();
  } catch {
    const age = await stat(taking).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > UNWRITTEN_AFTER) await rm(taking, { force: true }).catch(() => undefined);
    return false;
  }
  const gone = takenAwayAtExit(taking);
  try {
    const current = await readLock(lock);
    if (current !== 'gone' && current.text === stale) await whenLetGo(() => rm(lock, { force: true }));
    return true;
  } catch {
    return false;
  } finally {
    await rm(taking, { force: true }).catch(() => undefined);
    gone();
  }
}
