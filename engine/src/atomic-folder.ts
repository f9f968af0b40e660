import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flushFile, flushFolder } from './atomic-write.ts';
import { takenAwayAtExit, withSignalsAsExit } from './taken-away-at-exit.ts';
import { whenLetGo } from './when-let-go.ts';

/** Age at which an unfinished folder must be a dead process's, in milliseconds. */
const ABANDONED_AFTER = 60 * 60 * 1000;

/**
 * Makes a folder appear whole or not at all: its files are written into a folder beside it, flushed to the disk, and
 * that folder is renamed. Where another process made the same folder meanwhile, that one stays.
 * @param write gets the temporary folder; files written there with `writeFlushed`, or given to `flushAll`, survive a crash
 */
export async function makeFolder(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  await makeFolders(parent);
  await removeAbandoned(target);
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  const gone = takenAwayAtExit(temporary);
  try {
    await mkdir(temporary);
    // It may take seconds, and hundreds of megabytes that nobody would ever miss.
    await withSignalsAsExit(() => write(temporary));
    await flushFolder(temporary);
    // Windows renames no folder in which a file is open.
    await whenLetGo(() =>
      rename(temporary, target).catch(async (error: unknown) => {
        if (!(await isFolder(target))) throw error;
      }),
    );
    await flushFolder(parent);
  } finally {
    // Gone already after the rename. What cannot be taken away now is when the process ends, or when it is old.
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    if (!existsSync(temporary)) gone();
  }
}

/**
 * Makes a folder where it is not there yet, and those that it is in. Node would make them all in one, but says of a read-only disk, a
 * quota or a disk that fails that there is no folder, and tries without end where the system says so, as in /proc.
 * @throws Error of the system
 */
export async function makeFolders(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !missing.includes(at) && !(await isFolder(at)); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
      // Another process may have made it meanwhile.
      if (error.code === 'EEXIST' && (await isFolder(folder))) return;
      // Windows would say of what is in a file that there is no such folder.
      throw error.code === 'EEXIST' && folder !== path ? Object.assign(error, { code: 'ENOTDIR' }) : error;
    });
  }
}

/** Writes a file's parts one after another and flushes it. Parts are made when their turn comes. */
export async function writeFlushed(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes to the disk what another program, or a copy, has put into a folder: its files, and the folders in it with theirs. */
export async function flushAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await flushAll(path);
    else if (entry.isFile()) await flushFile(path);
  }
  await flushFolder(folder);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Takes away what processes that were killed have left of a folder.
 * @param olderThan milliseconds; less than an hour only where nobody else can be making it
 */
export async function removeAbandoned(target: string, olderThan = ABANDONED_AFTER): Promise<void> {
  const prefix = `${basename(target)}.`;
  // A folder that may be written but not listed is unusual, and no reason to fail.
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    // Only what is named by this program: a user may keep an adapter beside another, as `adapter.old.tmp`.
    if (!name.startsWith(prefix) || !/^\d+-[0-9a-f]+\.tmp$/.test(name.slice(prefix.length))) continue;
    const path = join(dirname(target), name);
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > olderThan) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
