import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { makeFolder, makeFolders } from '../../../engine/src/atomic-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What the disk refuses folders, and its list of names, with. */
let code: string | undefined;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const refuse = (name: string) => Promise.reject(Object.assign(new Error(`${name}: simulated`), { code: name }));
  const mkdir = (path: string, options?: { readonly recursive: true }) => {
    if (code === undefined || existsSync(path)) return real.mkdir(path, options);
    // Node 20 says so of several folders at once, whatever the system's reason is.
    return refuse(options?.recursive ? 'ENOENT' : code);
  };
  const readdir = () => refuse('EACCES');
  const rm = (path: string, options: object) => (isKept ? refuse('EIO') : real.rm(path, options));
  return { ...real, mkdir, readdir, rm };
});
/** Whether the disk takes nothing away. */
let isKept = false;
afterEach(() => {
  code = undefined;
  isKept = false;
});

const root = temporaryFolder();

it.each(['EROFS', 'EDQUOT', 'EIO'])('the reason of %s is told, not that there is no such folder', async (reason) => {
  code = reason;
  await expect(makeFolders(join(root, reason, 'b', 'c'))).rejects.toMatchObject({ code: reason });
  await expect(makeFolders(root)).resolves.toBeUndefined();
});

it.runIf(process.platform === 'linux')('what the system makes no folders in is not tried without end', async () => {
  await expect(makeFolders('/proc/ptask/models')).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a part of the path that is a file is told as such, and what another one makes meanwhile is taken', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(makeFolders(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolders(join(root, 'file/a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(join(root, 'at/once/by/several'))));
  expect(existsSync(join(root, 'at/once/by/several'))).toBe(true);
});

it('a folder is made where the one around it may be written, but not listed', async () => {
  await makeFolder(join(root, 'made'), async () => undefined);
  expect(existsSync(join(root, 'made'))).toBe(true);
});

it('an unfinished folder that cannot be taken away is tried once more when the process ends', async () => {
  const before = process.listeners('exit');
  const made: string[] = [];
  const writing = makeFolder(join(root, 'unfinished'), async (temporary) => {
    made.push(temporary);
    isKept = true;
    throw new Error('half-way');
  });
  await expect(writing).rejects.toThrow('half-way');
  expect(made.map((folder) => existsSync(folder))).toEqual([true]);
  for (const listener of process.listeners('exit').filter((one) => !before.includes(one))) {
    listener(0);
    process.off('exit', listener);
  }
  expect(made.map((folder) => existsSync(folder))).toEqual([false]);
});
