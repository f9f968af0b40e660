import type * as FileSystem from 'node:fs/promises';
import { basename } from 'node:path';
import { vi } from 'vitest';

/** What the next calls shall fail with; see `withFailingDisk`. */
export const disk: {
  writeFails?: string | undefined;
  flushFails?: string | undefined;
  openFails?: string | undefined;
  readFails?: string | undefined;
  folderFails?: string | undefined;
  folderFlushFails?: string | undefined;
  renameFails?: string | undefined;
  removeFails?: string | undefined;
} = {};

/** What has been flushed and renamed since `repair`, by the names of files and folders. */
export const done: string[] = [];

export function repair(): void {
  disk.writeFails = disk.flushFails = disk.openFails = disk.renameFails = undefined;
  disk.folderFails = disk.folderFlushFails = disk.readFails = disk.removeFails = undefined;
  done.length = 0;
}

function refuse(code: string): never {
  throw Object.assign(new Error(`${code}: simulated`), { code });
}

/** `node:fs/promises`, which fails to open files for writing or folders, to read what has been opened, to write, to flush, to rename or to remove as `disk` says. */
export async function withFailingDisk(original: () => Promise<typeof FileSystem>): Promise<typeof FileSystem> {
  const real = await original();
  const open: typeof real.open = async (path, flags, mode) => {
    if (disk.openFails && flags !== 'r' && !String(path).endsWith('.lock')) refuse(disk.openFails);
    const isFolder = (await real.stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (disk.folderFails && isFolder) refuse(disk.folderFails);
    const file = await real.open(path, flags, mode);
    if (disk.readFails) vi.spyOn(file, 'read').mockImplementation(async () => refuse(disk.readFails!));
    const sync = file.sync.bind(file);
    vi.spyOn(file, 'sync').mockImplementation(async () => {
      if (disk.folderFlushFails && isFolder) refuse(disk.folderFlushFails);
      await sync();
      if (disk.flushFails) refuse(disk.flushFails);
      done.push(`flush ${basename(String(path))}`);
    });
    if (disk.writeFails && !String(path).endsWith('.lock')) {
      // Half of the first part is written, as on a disk that fills up.
      const write = file.writeFile.bind(file);
      vi.spyOn(file, 'writeFile').mockImplementation(async (data) => {
        await write((data as Uint8Array).subarray(0, Math.floor((data as Uint8Array).byteLength / 2)));
        refuse(disk.writeFails!);
      });
    }
    return file;
  };
  const rename: typeof real.rename = async (from, to) => {
    if (disk.renameFails && !String(to).includes('.lock')) refuse(disk.renameFails);
    await real.rename(from, to);
    done.push(`rename ${basename(String(from))} ${basename(String(to))}`);
  };
  const rm: typeof real.rm = async (path, options) => {
    if (disk.removeFails) refuse(disk.removeFails);
    await real.rm(path, options);
  };
  return { ...real, open, rename, rm };
}
