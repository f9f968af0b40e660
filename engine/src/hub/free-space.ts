import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes that a user may still write where a folder is, or would be; undefined where the system does not say. */
export async function freeSpace(folder: string): Promise<number | undefined> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await statfs(path).catch(() => undefined);
    if (found) return found.bavail * found.bsize;
    if (path === dirname(path)) return undefined;
  }
}
