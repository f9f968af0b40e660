import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { CacheSnapshot } from '../../../engine/src/hub/cache-snapshot.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

/** What making a link fails with. */
let code = '';
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  symlink: () => Promise.reject(Object.assign(new Error(`${code}: symlink`), { code })),
}));

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
