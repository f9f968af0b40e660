import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeFolder, writeFlushed } from '../../../engine/src/atomic-folder.ts';
import { requireWritable, writeFileAtomic } from '../../../engine/src/atomic-write.ts';
import { withFileLock } from '../../../engine/src/file-lock.ts';
import { CacheSnapshot } from '../../../engine/src/hub/cache-snapshot.ts';
import { keepCheckpoint } from '../../../engine/src/train/run-folder.ts';
import { readOwnJson } from '../../../engine/src/train/run-record.ts';
import { onPlatform } from './on-platform.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** How often each function fails yet, as it does on Windows while another program has the file open. */
const failures: Partial<Record<'open' | 'rename' | 'rm', number>> = {};
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const busy =
    <A extends unknown[], R>(name: keyof typeof failures, act: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      const left = failures[name] ?? 0;
      if (left > 0) {
        failures[name] = left - 1;
        throw Object.assign(new Error(`EPERM: operation not permitted, ${name}`), { code: 'EPERM', syscall: name });
      }
      return act(...args);
    };
  return { ...real, open: busy('open', real.open), rename: busy('rename', real.rename), rm: busy('rm', real.rm) };
});
afterEach(() => Object.assign(failures, { open: 0, rename: 0, rm: 0 }));

/** What the kernel is called. */
let kernel = '6.8.0-45-generic';
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  release: () => kernel,
}));

const folder = temporaryFolder();

describe('on Windows, while another program has a file open for a moment', () => {
  it('a file is replaced all the same', async () => {
    onPlatform('win32');
    failures.rename = 2;
    await writeFileAtomic(join(folder, 'table'), Buffer.from('new'));
    expect(await readFile(join(folder, 'table'), 'utf8')).toBe('new');
  });

  it('a place is found to be one that can be written to', async () => {
    onPlatform('win32');
    failures.rm = 2;
    await requireWritable(join(folder, 'place'));
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^place/));
  });

  it('a fetch does not fail for what others have left', async () => {
    onPlatform('win32');
    const snapshot = new CacheSnapshot(join(folder, 'models--c--d'), 'commit');
    const file = { path: 'config.json', bytes: 2, digest: { kind: 'git-sha1', hash: 'abc' } } as const;
    await snapshot.prepare();
    await writeFile(snapshot.incomplete(file), '{');
    failures.rm = Number.POSITIVE_INFINITY;
    await expect(snapshot.removeIncomplete()).resolves.toBeUndefined();
  });

  it('a folder is made', async () => {
    onPlatform('win32');
    failures.rename = 2;
    await makeFolder(join(folder, 'model'), (dir) => writeFlushed(join(dir, 'a'), [Buffer.from('a')]));
    expect(await readdir(join(folder, 'model'))).toEqual(['a']);
  });

  it('a fetched file gets its name', async () => {
    onPlatform('win32');
    const snapshot = new CacheSnapshot(join(folder, 'models--a--b'), 'commit');
    const file = { path: 'config.json', bytes: 2, digest: { kind: 'git-sha1', hash: 'abc' } } as const;
    await snapshot.prepare();
    await writeFile(snapshot.blob(file), '{}');
    failures.rename = 2;
    await snapshot.name(file, { isNew: true, symlinks: false });
    expect(await readFile(join(snapshot.folder, 'config.json'), 'utf8')).toBe('{}');
  });

  it('a copy of a fetched file gets its name', async () => {
    onPlatform('win32');
    const snapshot = new CacheSnapshot(join(folder, 'models--e--f'), 'commit');
    const file = { path: 'config.json', bytes: 2, digest: { kind: 'git-sha1', hash: 'abc' } } as const;
    await snapshot.prepare();
    await writeFile(snapshot.blob(file), '{}');
    failures.open = 2;
    await snapshot.name(file, { isNew: false, symlinks: false });
    expect(await readFile(join(snapshot.folder, 'config.json'), 'utf8')).toBe('{}');
  });

  it('a lock is taken, and given back', async () => {
    onPlatform('win32');
    failures.open = 2;
    const work = async () => {
      failures.rm = 2;
      return 'done';
    };
    expect(await withFileLock(join(folder, 'locked'), work)).toBe('done');
    expect(existsSync(join(folder, 'locked.lock'))).toBe(false);
  });

  it('an old checkpoint goes', async () => {
    onPlatform('win32');
    const run = join(folder, 'run');
    await mkdir(run);
    for (const step of [1, 2]) await writeFile(join(run, `checkpoint-${step}.safetensors`), '');
    failures.rm = 2;
    await keepCheckpoint(run, 2);
    expect(await readdir(run)).toEqual(['checkpoint-2.safetensors']);
  });

  it('a run is found that is to go on', async () => {
    onPlatform('win32');
    await writeFile(join(folder, 'run.json'), '{"state":"stopped"}');
    failures.open = 2;
    expect(await readOwnJson(folder, 'run.json')).toEqual({ state: 'stopped' });
  });

  it('nothing is tried for long', async () => {
    onPlatform('win32');
    failures.rename = Number.POSITIVE_INFINITY;
    await expect(writeFileAtomic(join(folder, 'kept'), Buffer.from('new'))).rejects.toThrow('permission denied');
  });
});

// Windows itself opens no folder to flush it, as is done in Linux.
it.skipIf(process.platform === 'win32')(
  'nor is a file given up in Linux within Windows, which has its disks',
  async () => {
    onPlatform('linux');
    kernel = '5.15.167.4-microsoft-standard-WSL2';
    failures.rename = 2;
    await writeFileAtomic(join(folder, 'within'), Buffer.from('new'));
    expect(await readFile(join(folder, 'within'), 'utf8')).toBe('new');
  },
);

it('elsewhere what is not allowed is not tried again', async () => {
  onPlatform('linux');
  kernel = '6.8.0-45-generic';
  failures.rename = 1;
  await expect(writeFileAtomic(join(folder, 'other'), Buffer.from('new'))).rejects.toThrow('permission denied');
});
