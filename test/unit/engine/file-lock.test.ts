import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../../engine/src/errors.ts';
import { withFileLock } from '../../../engine/src/file-lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What happens, or what goes wrong, just before a lock is taken away. */
let beforeRename: () => Promise<void> = async () => undefined;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rename: typeof real.rename = async (from, to) => {
    await beforeRename();
    return real.rename(from, to);
  };
  return { ...real, rename };
});
afterEach(() => {
  beforeRename = async () => undefined;
});

const folder = temporaryFolder();
let files = 0;
const freshPath = () => join(folder, `table-${files++}`);
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;
const lockOf = (pid: number, host = hostname()) => JSON.stringify({ pid, host, token: 'another' });

describe('withFileLock', () => {
  it('names the holder in the lock file while the work goes on, and removes it', async () => {
    const path = freshPath();
    const holder = await withFileLock(path, async () => JSON.parse(await readFile(`${path}.lock`, 'utf8')));
    expect(holder).toMatchObject({ pid: process.pid, host: hostname() });
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('lets one at a time in', async () => {
    const path = freshPath();
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(2);
      inside--;
    };
    await Promise.all(Array.from({ length: 10 }, () => withFileLock(path, work)));
    expect(most).toBe(1);
  });

  it('is free again after work that fails', async () => {
    const path = freshPath();
    await expect(withFileLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFileLock(path, async () => 'yes')).toBe('yes');
  });

  it('is taken over from a dead process, and from a dead one that had our process id', async () => {
    for (const pid of [deadPid(), process.pid]) {
      const path = freshPath();
      await writeFile(`${path}.lock`, lockOf(pid));
      expect(await withFileLock(path, async () => 'in', 0)).toBe('in');
      expect(existsSync(`${path}.lock`)).toBe(false);
    }
  });

  it('is taken over when its holder died before it wrote its name', async () => {
    const path = freshPath();
    await writeFile(`${path}.lock`, '');
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(FileError);
    await utimes(`${path}.lock`, 0, 0);
    expect(await withFileLock(path, async () => 'in', 0)).toBe('in');
  });

  it('stays with a living process, and with one on another machine', async () => {
    for (const lock of [lockOf(process.ppid), lockOf(deadPid(), 'elsewhere.example')]) {
      const path = freshPath();
      await writeFile(`${path}.lock`, lock);
      const attempt = withFileLock(path, async () => 'in', 30);
      await expect(attempt).rejects.toThrow(/process \d+ on .* delete .*\.lock/);
      expect(await readFile(`${path}.lock`, 'utf8')).toBe(lock);
    }
  });

  it('is left to whoever took it over meanwhile, when the work ends', async () => {
    const path = freshPath();
    const others = lockOf(process.ppid);
    await withFileLock(path, () => writeFile(`${path}.lock`, others));
    expect(await readFile(`${path}.lock`, 'utf8')).toBe(others);
  });

  it('is put back where another process took a dead one over just before', async () => {
    const path = freshPath();
    const others = lockOf(process.ppid);
    await writeFile(`${path}.lock`, lockOf(deadPid()));
    beforeRename = () => writeFile(`${path}.lock`, others);
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(`process ${process.ppid} on`);
    expect(await readFile(`${path}.lock`, 'utf8')).toBe(others);
    expect((await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.lock.`))).toEqual([]);
  });

  it('is given up where its file can be neither read nor taken away', async () => {
    const unreadable = freshPath();
    await mkdir(`${unreadable}.lock`);
    await utimes(`${unreadable}.lock`, 0, 0);
    await expect(withFileLock(unreadable, async () => 'in', 30)).rejects.toThrow(/another process .* delete .*\.lock/);
    const kept = freshPath();
    await writeFile(`${kept}.lock`, lockOf(deadPid()));
    beforeRename = () => Promise.reject(Object.assign(new Error('not allowed'), { code: 'EPERM' }));
    await expect(withFileLock(kept, async () => 'in', 30)).rejects.toThrow(/process \d+ on .* delete .*\.lock/);
  });

  it('says what is wrong where no lock can be made', async () => {
    await expect(withFileLock(join(folder, 'none', 'table'), async () => 'in')).rejects.toThrow(
      'its folder does not exist',
    );
  });
});
