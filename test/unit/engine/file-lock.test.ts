import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../../engine/src/errors.ts';
import { LockedError, lockHolder, withFileLock } from '../../../engine/src/file-lock.ts';
import { birthOf } from '../../../engine/src/process-alive.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What happens just before a process looks again whether a lock may be taken away. */
let beforeTaking: () => Promise<void> = async () => undefined;
let rmFails = false;
/** Files that were taken away, or given another name. */
const removed: string[] = [];
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open: typeof real.open = async (path, flags) => {
    if (String(path).endsWith('.taking')) await beforeTaking();
    return real.open(path, flags);
  };
  const rename: typeof real.rename = async (from, to) => {
    removed.push(String(from));
    return real.rename(from, to);
  };
  const rm: typeof real.rm = async (path, options) => {
    if (rmFails) throw Object.assign(new Error('EACCES: permission denied, unlink'), { code: 'EACCES' });
    removed.push(String(path));
    return real.rm(path, options);
  };
  return { ...real, open, rename, rm };
});
afterEach(() => {
  beforeTaking = async () => undefined;
  rmFails = false;
  removed.length = 0;
});

/** Listeners that are none of locks. */
const OTHERS = process.listeners('exit');

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

  it('lets one at a time in where many come and go at once', async () => {
    const path = freshPath();
    let inside = 0;
    let most = 0;
    const holder = async () => {
      for (let round = 0; round < 40; round++) {
        await withFileLock(path, async () => {
          most = Math.max(most, ++inside);
          await setImmediate();
          inside--;
        });
      }
    };
    await Promise.all(Array.from({ length: 8 }, holder));
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

  it.runIf(process.platform === 'linux')('is taken over from a dead process whose id another one has got', async () => {
    const path = freshPath();
    const born = birthOf(process.ppid)!;
    await writeFile(`${path}.lock`, JSON.stringify({ ...JSON.parse(lockOf(process.ppid)), born }));
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(LockedError);
    expect(await lockHolder(path)).toMatchObject({ pid: process.ppid });
    const before = { ...born, boot: 'the one before' };
    await writeFile(`${path}.lock`, JSON.stringify({ ...JSON.parse(lockOf(process.ppid)), born: before }));
    expect(await lockHolder(path)).toBeUndefined();
    expect(await withFileLock(path, async () => JSON.parse(await readFile(`${path}.lock`, 'utf8')), 0)).toMatchObject({
      born: birthOf(process.pid),
    });
  });

  it.runIf(process.platform === 'linux')('is not read where it is no file, or a long one', async () => {
    const path = freshPath();
    await symlink('/dev/zero', `${path}.lock`);
    expect(await lockHolder(path)).toBeUndefined();
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(/another process .* delete .*\.lock/);
    const long = freshPath();
    await writeFile(`${long}.lock`, lockOf(process.ppid).padEnd(5_000));
    await expect(withFileLock(long, async () => 'in', 0)).rejects.toThrow('another process');
  });

  it('is taken over when its holder died before it wrote its name', async () => {
    const path = freshPath();
    await writeFile(`${path}.lock`, '');
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(FileError);
    await utimes(`${path}.lock`, 0, 0);
    expect(await withFileLock(path, async () => 'in', 0)).toBe('in');
  });

  it('is taken over where a process died while it took it over', async () => {
    const path = freshPath();
    await writeFile(`${path}.lock`, lockOf(deadPid()));
    await writeFile(`${path}.lock.taking`, '');
    const soon = Date.now() / 1000 + 60;
    await utimes(`${path}.lock.taking`, soon, soon);
    // As far as anybody knows, the other one is at it.
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(LockedError);
    expect(existsSync(`${path}.lock.taking`)).toBe(true);
    await utimes(`${path}.lock.taking`, 0, 0);
    expect(await withFileLock(path, async () => 'in')).toBe('in');
    expect(existsSync(`${path}.lock.taking`)).toBe(false);
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

  it('is not touched where another process took a dead one over just before', async () => {
    const path = freshPath();
    const others = lockOf(process.ppid);
    await writeFile(`${path}.lock`, lockOf(deadPid()));
    beforeTaking = () => writeFile(`${path}.lock`, others);
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(`process ${process.ppid} on`);
    expect(await readFile(`${path}.lock`, 'utf8')).toBe(others);
    // Not for a moment: a third process would take it to be free.
    expect(removed).not.toContain(`${path}.lock`);
    expect((await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.lock.`))).toEqual([]);
  });

  it('is given up where its file can be neither read nor taken away', async () => {
    const unreadable = freshPath();
    await mkdir(`${unreadable}.lock`);
    await utimes(`${unreadable}.lock`, 0, 0);
    await expect(withFileLock(unreadable, async () => 'in', 30)).rejects.toThrow(/another process .* delete .*\.lock/);
    const kept = freshPath();
    await writeFile(`${kept}.lock`, lockOf(deadPid()));
    rmFails = true;
    await expect(withFileLock(kept, async () => 'in', 30)).rejects.toThrow(/process \d+ on .* delete .*\.lock/);
  });

  it.skipIf(process.platform === 'win32')('is one for all paths of a file, which need not be there yet', async () => {
    const path = freshPath();
    await symlink(basename(path), `${path}-link`);
    await symlink(folder, `${path}-folder`);
    const others = [
      `${path}-link`,
      join(`${path}-folder`, basename(path)),
      join(`${path}-folder`, `${basename(path)}-link`),
    ];
    for (const there of [false, true]) {
      if (there) await writeFile(path, '');
      await withFileLock(path, async () => {
        for (const other of others) await expect(withFileLock(other, async () => 'in', 0)).rejects.toThrow(LockedError);
      });
    }
    expect(
      (await readdir(dirname(path))).filter((name) => name.endsWith('.lock') && name.startsWith(basename(path))),
    ).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('is given up where its place is taken by a link to nothing', async () => {
    const path = freshPath();
    await symlink('nothing', `${path}.lock`);
    await expect(withFileLock(path, async () => 'in', 30)).rejects.toThrow(/another process .* delete .*\.lock/);
  });

  it('is of nobody where its file names no machine', async () => {
    const path = freshPath();
    await writeFile(`${path}.lock`, JSON.stringify({ pid: process.ppid }));
    await expect(withFileLock(path, async () => 'in', 0)).rejects.toThrow(/another process/);
    await utimes(`${path}.lock`, 0, 0);
    expect(await withFileLock(path, async () => 'in', 0)).toBe('in');
  });

  it('goes where the process ends meanwhile, but not when it has become another’s', async () => {
    for (const others of [undefined, lockOf(process.ppid)]) {
      const path = freshPath();
      const before = process.listeners('exit');
      await withFileLock(path, async () => {
        if (others !== undefined) await writeFile(`${path}.lock`, others);
        const added = process.listeners('exit').filter((listener) => !before.includes(listener));
        for (const listener of added) listener(130);
        expect(existsSync(`${path}.lock`)).toBe(others !== undefined);
      });
      expect(process.listeners('exit')).toEqual(before);
    }
  });

  it('hides nothing of the work where it may not be taken away any more', async () => {
    const path = freshPath();
    const work = async () => {
      rmFails = true;
      throw new Error('the folder is read-only');
    };
    await expect(withFileLock(path, work)).rejects.toThrow('the folder is read-only');
  });

  it('is taken away when the process ends where that was refused before', async () => {
    const path = freshPath();
    await withFileLock(path, async () => {
      rmFails = true;
    });
    expect(existsSync(`${path}.lock`)).toBe(true);
    for (const listener of process.listeners('exit')) if (!OTHERS.includes(listener)) listener(0);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('says what is wrong where no lock can be made', async () => {
    await expect(withFileLock(join(folder, 'none', 'table'), async () => 'in')).rejects.toThrow(
      'its folder does not exist',
    );
  });
});
