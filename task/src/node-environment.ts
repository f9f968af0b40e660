import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { CheckEnvironment, FileReading } from './environment.ts';

/** 256 KiB: large enough that a row's share of a read is nothing. */
const CHUNK_BYTES = 256 * 1024;

/** The environment of the command line and of a run: files from disk, the backbone and the prompt table as given. */
export function nodeEnvironment(facts: Pick<CheckEnvironment, 'model' | 'promptTable'>): CheckEnvironment {
  return { ...facts, resolvePath: resolveBeside, readFile: readChunks };
}

/** The path that a path in a file means: relative ones start at the file's folder. */
export function resolveBeside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/** A file's bytes in chunks; the file is opened at once, so that its absence is told before it is read. */
export async function readChunks(path: string): Promise<FileReading> {
  try {
    const handle = await open(path);
    const isFile = (await handle.stat()).isFile();
    if (isFile) return handle.createReadStream({ highWaterMark: CHUNK_BYTES });
    await handle.close();
    return { unreadable: 'it is not a file' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'not-found' : { unreadable: message };
  }
}
