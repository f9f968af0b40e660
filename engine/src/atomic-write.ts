import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileError } from './errors.ts';
import { fileBehind } from './file-behind.ts';
import { isProcessAlive } from './process-alive.ts';
import { takenAwayAtExit } from './taken-away-at-exit.ts';
import { whenLetGo } from './when-let-go.ts';

/** Milliseconds after which a dead process's temporary file is taken away. */
const ABANDONED_AFTER = 10_000;

/**
 * Replaces a file's whole content, or leaves it as it was: the data goes to a temporary file beside it, is flushed to
 * the disk, and takes the file's name. A process killed meanwhile leaves at most the temporary file, which a later
 * write of the same file removes.
 * @param data the bytes, or parts of them in order; parts are made when their turn comes
 * @throws FileError that says in plain words why the file could not be written
 */
export async function writeFileAtomic(path: string, data: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  // A link stays a link: the file that it points to is replaced.
  const target = await fileBehind(path);
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  const gone = takenAwayAtExit(temporary);
  try {
    await removeAbandoned(target);
    await writeFlushed(temporary, data instanceof Uint8Array ? [data] : data);
    await whenLetGo(() => rename(temporary, target));
    await flushFolder(dirname(target));
  } catch (error) {
    await whenLetGo(() => rm(temporary, { force: true })).catch(() => undefined);
    throw FileError.from(path, 'written', error);
  } finally {
    gone();
  }
}

/**
 * Finds out whether `writeFileAtomic` could write a file: beside it, one is made and taken away.
 * @throws FileError as it does
 */
export async function requireWritable(path: string): Promise<void> {
  const target = await fileBehind(path);
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFlushed(temporary, []);
    await whenLetGo(() => rm(temporary, { force: true }));
  } catch (error) {
    throw FileError.from(path, 'written', error);
  }
}

async function writeFlushed(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that a rename survives a power cut. Windows cannot open folders, nobody one that may not be listed, and some network file systems cannot flush them. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
    return undefined;
  });
  if (!folder) return;
  try {
    await folder.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await folder.close();
  }
}

async function removeAbandoned(target: string): Promise<void> {
  const prefix = `${basename(target)}.`;
  // A folder that may be written but not listed is unusual, and no reason to fail.
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(prefix) && /^(\d+)-[0-9a-f]{8}\.tmp$/.exec(name.slice(prefix.length))?.[1];
    if (!pid || isProcessAlive(Number(pid))) continue;
    const path = join(dirname(target), name);
    // The age keeps files of a living process on another machine that shares the folder.
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_AFTER) await rm(path, { force: true }).catch(() => undefined);
  }
}
