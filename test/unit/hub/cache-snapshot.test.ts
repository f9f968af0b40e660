import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { CacheSnapshot } from '../../../engine/src/hub/cache-snapshot.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

/** What making a link fails with. */
let code = '';
/** Whether a copy is cut in the middle, as by a kill. */
let cutsCopies = false;
/** Whether `blobs` is on another disk than `snapshots`. */
let isOtherDisk = false;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    symlink: () => Promise.reject(Object.assign(new Error(`${code}: symlink`), { code })),
    rename: async (from: string, to: string) => {
      if (isOtherDisk && dirname(from) !== dirname(to)) throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
      await real.rename(from, to);
    },
    copyFile: async (from: string, to: string) => {
      if (!cutsCopies) return real.copyFile(from, to);
      await real.writeFile(to, (await real.readFile(from)).subarray(0, 1));
      throw new Error('killed');
    },
  };
});

const file = { path: 'config.json', bytes: 2, digest: { kind: 'git-sha1', hash: 'abc' } } as const;

async function fetched(): Promise<CacheSnapshot> {
  const snapshot = new CacheSnapshot(join(await temporaryFolder(), 'models--a--b'), 'commit');
  await snapshot.prepare();
  await writeFile(snapshot.blob(file), '{}');
  return snapshot;
}

it.each([
  ['Windows without its developer mode', 'EPERM'],
  ['a disk with exFAT, on Windows', 'EISDIR'],
  ['a share of a network', 'ENOTSUP'],
])('a file itself is put in the place of a link on %s', async (_, refusal) => {
  code = refusal;
  const snapshot = await fetched();
  await snapshot.name(file, { isNew: true, symlinks: true });
  expect(await readFile(join(snapshot.folder, 'config.json'), 'utf8')).toBe('{}');
});

it('a full disk is no reason to put another file there', async () => {
  code = 'ENOSPC';
  const snapshot = await fetched();
  await expect(snapshot.name(file, { isNew: true, symlinks: true })).rejects.toThrow('ENOSPC');
  expect(await readdir(snapshot.folder)).toEqual([]);
});

it('a copy that is cut has no name that others would know it by, and is made again', async () => {
  const snapshot = await fetched();
  cutsCopies = true;
  await expect(snapshot.name(file, { isNew: false, symlinks: false })).rejects.toThrow('killed');
  expect(await readdir(snapshot.folder)).not.toContain('config.json');
  cutsCopies = false;
  await snapshot.name(file, { isNew: false, symlinks: false });
  expect(await readdir(snapshot.folder)).toEqual(['config.json']);
  expect(await readFile(join(snapshot.folder, 'config.json'), 'utf8')).toBe('{}');
});

it('a file is copied where contents are kept on another disk', async () => {
  const snapshot = await fetched();
  isOtherDisk = true;
  onTestFinished(() => {
    isOtherDisk = false;
  });
  await snapshot.name(file, { isNew: true, symlinks: false });
  expect(await readFile(join(snapshot.folder, 'config.json'), 'utf8')).toBe('{}');
  expect(await readdir(join(snapshot.folder, '../../blobs'))).toEqual([]);
});
