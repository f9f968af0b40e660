import type * as FileSystem from 'node:fs/promises';
import { vi } from 'vitest';

/** What the next calls shall fail with; see `withFailingDisk`. */
export const disk: {
  writeFails?: string | undefined;
  openFails?: string | undefined;
  renameFails?: string | undefined;
} = {};

export function repair(): void {
  disk.writeFails = disk.openFails = disk.renameFails = undefined;
}

function refuse(code: string): never {
  throw Object.assign(new Error(`${code}: simulated`), { code });
}

/** `node:fs/promises`, which fails to open files for writing, to write or to rename as `disk` says. */
export async function withFailingDisk(original: () => Promise<typeof FileSystem>): Promise<typeof FileSystem> {
  const real = await original();
  const open: typeof real.open = async (path, flags, mode) => {
    if (disk.openFails && flags !== 'r' && !String(path).endsWith('.lock')) refuse(disk.openFails);
    const file = await real.open(path, flags, mode);
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
    return real.rename(from, to);
  };
  return { ...real, open, rename };
}
