import { randomBytes } from 'node:crypto';
import { existsSync, type Stats } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
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
 * the disk, and takes the file's name. Whoever could read the file can read it still, and nobody else. A process killed
 * meanwhile leaves at most the temporary file, which a later write of the same file removes.
 * @param data the bytes, or parts of them in order; parts are made when their turn comes
 * @throws FileError that says in plain words why the file could not be written
 */
export async function writeFileAtomic(path: string, data: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  await writeFilesAtomic([{ path, data }]);
}

/** A file to be written, and its bytes as `writeFileAtomic` takes them. */
export interface NewFile {
  readonly path: string;
  readonly data: Uint8Array | Iterable<Uint8Array>;
}

/**
 * As `writeFileAtomic`, for files that belong together: none takes its name before the data of all is on the disk. So a full
 * disk leaves all of them as they were.
 */
export async function writeFilesAtomic(files: readonly NewFile[]): Promise<void> {
  const beside: FileBeside[] = [];
  try {
    for (const { path, data } of files) {
      const file = await FileBeside.of(path);
      beside.push(file);
      await file.write(data instanceof Uint8Array ? [data] : data);
    }
    for (const file of beside) await file.takeName();
  } finally {
    for (const file of beside) await file.remove();
  }
}

/**
 * Finds out whether `writeFileAtomic` could write a file: beside it, one is made and taken away.
 * @throws FileError as it does
 */
export async function requireWritable(path: string): Promise<void> {
  const file = await FileBeside.of(path);
  try {
    await file.write([]);
  } finally {
    await file.remove();
  }
}

/** A temporary file beside the one whose place it is to take. */
class FileBeside {
  private readonly path: string;
  private readonly target: string;
  private readonly temporary: string;
  private readonly gone: () => void;

  private constructor(path: string, target: string) {
    this.path = path;
    this.target = target;
    this.temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
    this.gone = takenAwayAtExit(this.temporary);
  }

  static async of(path: string): Promise<FileBeside> {
    // A link stays a link: the file that it points to is replaced.
    const target = await fileBehind(path);
    // To Windows that is a second content of another file, which it would write, but not let take this name at the end.
    if (process.platform === 'win32' && basename(target).includes(':')) {
      throw FileError.from(path, 'written', { code: 'EINVAL', path: target });
    }
    return new FileBeside(path, target);
  }

  async write(parts: Iterable<Uint8Array>): Promise<void> {
    await this.written(async () => {
      await removeAbandoned(this.target);
      await writeFlushed(this.temporary, parts, await replacedBy(this.target));
    });
  }

  async takeName(): Promise<void> {
    await this.written(async () => {
      await whenLetGo(() => rename(this.temporary, this.target));
      await flushFolder(dirname(this.target));
    });
  }

  /** Unless it has taken its name. What cannot be taken away now is tried once more when the process ends. */
  async remove(): Promise<void> {
    await whenLetGo(() => rm(this.temporary, { force: true })).catch(() => undefined);
    if (!existsSync(this.temporary)) this.gone();
  }

  private async written(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => {
      throw FileError.from(this.path, 'written', error);
    });
  }
}

/** The file that is there, where it says who may read it. */
async function replacedBy(target: string): Promise<Stats | undefined> {
  if (process.platform === 'win32') return undefined;
  const found = await stat(target).catch(() => undefined);
  return found?.isFile() ? found : undefined;
}

const PERMISSIONS = 0o777;

async function writeFlushed(path: string, parts: Iterable<Uint8Array>, replaced: Stats | undefined): Promise<void> {
  // At no time may anyone else open it.
  const file = await open(path, 'wx', replaced && replaced.mode & PERMISSIONS);
  try {
    if (replaced) await letTheSameRead(file, replaced);
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a new file the owner, group and permissions of another one, as far as the user may and the file system has them. */
async function letTheSameRead(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const made = await file.stat();
  if (made.uid !== uid || made.gid !== gid) {
    // Only root gives files away, but anyone to a group of theirs.
    await file.chown(uid, gid).catch(() => file.chown(made.uid, gid).catch(() => undefined));
  }
  // After that, which may take some away; and what the process withholds from new files was not withheld from this one.
  await file.chmod(mode & PERMISSIONS).catch(() => undefined);
}

/** Flushes a whole file to the disk that another program, or a copy, has written. */
export async function flushFile(path: string): Promise<void> {
  await whenLetGo(async () => {
    // It may be one that may not be written; Windows alone flushes only what may.
    const file = await open(path, process.platform === 'win32' ? 'r+' : 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** So that a rename survives a power cut. Windows cannot open folders, nobody one that may not be listed, and some network file systems cannot flush them. */
export async function flushFolder(path: string): Promise<void> {
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
