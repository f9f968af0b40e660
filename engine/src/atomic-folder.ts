import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { whenLetGo } from './when-let-go.ts';

/** Age at which an unfinished folder must be a dead process's, in milliseconds. */
const ABANDONED_AFTER = 60 * 60 * 1000;

/**
 * Makes a folder appear whole or not at all: its files are written into a folder beside it, flushed to the disk, and
 * that folder is renamed. Where another process made the same folder meanwhile, that one stays.
 * @param write gets the temporary folder; files written there with `writeFlushed` survive a crash
 */
export async function makeFolder(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(target);
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await mkdir(temporary);
  try {
    await write(temporary);
    await flushFolder(temporary);
    // Windows renames no folder in which a file is open.
    await whenLetGo(() =>
      rename(temporary, target).catch(async (error: unknown) => {
        if (!(await isFolder(target))) throw error;
      }),
    );
    await flushFolder(parent);
  } finally {
    // Gone already after the rename. What cannot be taken away now is when it is old.
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
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

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** So that a rename survives a power cut. Windows cannot open folders, and needs no such thing. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeAbandoned(target: string): Promise<void> {
  const prefix = `${basename(target)}.`;
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const path = join(dirname(target), name);
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_AFTER) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
