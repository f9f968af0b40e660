import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { requireWritable, writeFileAtomic, writeFilesAtomic } from '../../../engine/src/atomic-write.ts';
import { FileError } from '../../../engine/src/errors.ts';
import { disk, done, repair } from './failing-disk.ts';
import { onPlatform } from './on-platform.ts';
import { temporaryFolder } from './temporary-folder.ts';

vi.mock('node:fs/promises', async (original) => (await import('./failing-disk.ts')).withFailingDisk(original as never));
afterEach(repair);

const isWindows = process.platform === 'win32';
const root = temporaryFolder();
let folders = 0;
async function freshFolder(): Promise<string> {
  const folder = join(root, String(folders++));
  await mkdir(folder);
  return folder;
}
const bytes = (text: string) => new TextEncoder().encode(text);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as FileError,
  );
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('writeFileAtomic', () => {
  it('writes a new file and replaces an old one, leaving nothing else', async () => {
    const folder = await freshFolder();
    const path = join(folder, 'a.bin');
    await writeFileAtomic(path, bytes('one'));
    await writeFileAtomic(path, [bytes('t'), bytes('w'), bytes('o')]);
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it.each([
    ['a full disk', 'writeFails', 'ENOSPC', 'the disk is full'],
    ['a folder without permission', 'openFails', 'EACCES', 'permission denied'],
    ['a read-only file system', 'openFails', 'EROFS', 'the file system is read-only'],
    ['a rename that fails', 'renameFails', 'EIO', 'input/output error'],
  ] as const)('leaves the old file whole on %s', async (_, operation, code, words) => {
    const folder = await freshFolder();
    const path = join(folder, 'a.bin');
    await writeFileAtomic(path, bytes('old content'));
    disk[operation] = code;
    const error = await failure(writeFileAtomic(path, bytes('new content')));
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ path, code, exitCode: 1 });
    expect(error!.message).toContain(words);
    expect(await readFile(path, 'utf8')).toBe('old content');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it('writes no second content of a file, as Windows takes a name with a colon', async () => {
    onPlatform('win32');
    const folder = await freshFolder();
    const path = join(folder, 'news:tone.safetensors');
    const message = `${path}: cannot be written: its name holds a character that no file's may`;
    await expect(requireWritable(path)).rejects.toThrow(message);
    await expect(writeFileAtomic(path, bytes('content'))).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(process.platform !== 'win32')('has written where a folder may not be listed', async () => {
    const path = join(await freshFolder(), 'a.bin');
    disk.folderFails = 'EACCES';
    await writeFileAtomic(path, bytes('content'));
    expect(await readFile(path, 'utf8')).toBe('content');
    disk.folderFails = 'EIO';
    await expect(writeFileAtomic(path, bytes('new'))).rejects.toThrow(/input\/output/);
  });

  it.runIf(process.platform !== 'win32')(
    'has written where a file system cannot flush folders, not where it fails to',
    async () => {
      const path = join(await freshFolder(), 'a.bin');
      for (const code of ['EINVAL', 'ENOTSUP']) {
        disk.folderFlushFails = code;
        await writeFileAtomic(path, bytes(code));
        expect(await readFile(path, 'utf8')).toBe(code);
      }
      disk.folderFlushFails = 'EIO';
      await expect(writeFileAtomic(path, bytes('new'))).rejects.toThrow(/input\/output/);
    },
  );

  it('leaves the old file whole when a part cannot be made', async () => {
    const folder = await freshFolder();
    const path = join(folder, 'a.bin');
    await writeFileAtomic(path, bytes('old'));
    function* parts() {
      yield bytes('new');
      throw new Error('no more');
    }
    expect((await failure(writeFileAtomic(path, parts())))?.message).toContain('no more');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it('names a folder that does not exist, a file used as one, and a folder in the file’s place', async () => {
    const folder = await freshFolder();
    await mkdir(join(folder, 'is-folder'));
    await writeFile(join(folder, 'is-file'), '');
    const missing = await failure(writeFileAtomic(join(folder, 'none', 'a'), bytes('x')));
    expect(missing?.message).toContain('its folder does not exist');
    const through = await failure(writeFileAtomic(join(folder, 'is-file', 'a'), bytes('x')));
    // Windows tells no more than that there is no such folder.
    expect(through?.message).toContain(isWindows ? 'its folder does not exist' : 'not a folder');
    const onto = await failure(writeFileAtomic(join(folder, 'is-folder'), bytes('x')));
    expect(onto).toBeInstanceOf(FileError);
    expect((await readdir(folder)).sort()).toEqual(['is-file', 'is-folder']);
  });

  it.skipIf(process.platform === 'win32')('replaces the file that a link points to', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'real'), 'old');
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await writeFileAtomic(join(folder, 'link'), bytes('new'));
    expect(await readlink(join(folder, 'link'))).toBe(join(folder, 'real'));
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
  });

  it.skipIf(process.platform === 'win32')('makes the file that a link points to where there is none yet', async () => {
    const folder = await freshFolder();
    await mkdir(join(folder, 'disk'));
    await symlink('disk', join(folder, 'mounted'));
    await symlink(join('mounted', 'real'), join(folder, 'link'));
    await writeFileAtomic(join(folder, 'link'), bytes('new'));
    expect(await readlink(join(folder, 'link'))).toBe(join('mounted', 'real'));
    expect(await readFile(join(folder, 'disk', 'real'), 'utf8')).toBe('new');
    await symlink('ring', join(folder, 'ring'));
    expect((await failure(requireWritable(join(folder, 'ring', 'a'))))?.message).toContain('cannot be written');
  });

  it('leaves nothing where the process ends meanwhile', async () => {
    const folder = await freshFolder();
    const before = process.listeners('exit');
    function* parts() {
      yield bytes('half');
      for (const listener of process.listeners('exit')) if (!before.includes(listener)) listener(130);
      names = readdirSync(folder);
      yield bytes('whole');
    }
    let names: string[] | undefined;
    await failure(writeFileAtomic(join(folder, 'a.bin'), parts()));
    // On Windows a file that is open when it is deleted keeps its name until it is closed, at the latest by the process's end.
    expect(isWindows ? await readdir(folder) : names).toEqual([]);
    expect(process.listeners('exit')).toEqual(before);
  });

  describe.skipIf(process.platform === 'win32')('lets the same people read the file as before', () => {
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
    const usual = process.umask();
    afterEach(() => void process.umask(usual));

    it.each([
      [0o600, 0o022],
      [0o664, 0o077],
      [0o444, 0o022],
    ])('where its permissions are %o and those withheld from new files %o', async (mode, withheld) => {
      const path = join(await freshFolder(), 'a.bin');
      await writeFile(path, 'old');
      await chmod(path, mode);
      process.umask(withheld);
      await writeFileAtomic(path, bytes('new'));
      expect(await modeOf(path)).toBe(mode);
      expect(await readFile(path, 'utf8')).toBe('new');
    });

    it('and a new file as the process says', async () => {
      const path = join(await freshFolder(), 'a.bin');
      process.umask(0o027);
      await writeFileAtomic(path, bytes('new'));
      expect(await modeOf(path)).toBe(0o640);
    });

    it.runIf(process.getuid?.() === 0)('where it belongs to another user', async () => {
      const path = join(await freshFolder(), 'a.bin');
      await writeFile(path, 'old');
      await chown(path, 1234, 5678);
      await writeFileAtomic(path, bytes('new'));
      expect(await stat(path)).toMatchObject({ uid: 1234, gid: 5678 });
    });
  });

  it('flushes the data before it takes the name, and the folder after', async () => {
    const folder = await freshFolder();
    await writeFileAtomic(join(folder, 'a.bin'), bytes('x'));
    const told = done.map((step) => step.replace(/\.\d+-[0-9a-f]{8}\.tmp/, '.tmp'));
    const folders = process.platform === 'win32' ? [] : [`flush ${basename(folder)}`];
    expect(told).toEqual(['flush a.bin.tmp', 'rename a.bin.tmp a.bin', ...folders]);
  });

  it('leaves nothing where it only finds out whether it could write', async () => {
    const folder = await freshFolder();
    await requireWritable(join(folder, 'a.bin'));
    disk.flushFails = 'EIO';
    expect((await failure(requireWritable(join(folder, 'a.bin'))))?.message).toContain('a.bin: cannot be written');
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps what may be of a process on another machine, which has no number here', async () => {
    const folder = await freshFolder();
    const name = `a.bin.${deadPid()}-0a0b0c0d.tmp`;
    await writeFile(join(folder, name), 'half');
    await writeFileAtomic(join(folder, 'a.bin'), bytes('x'));
    expect((await readdir(folder)).sort()).toEqual(['a.bin', name]);
  });

  it('removes what a killed process left, and nothing of others', async () => {
    const folder = await freshFolder();
    const path = join(folder, 'a.bin');
    const kept = ['a.bin.notes', 'a.bin.tmp', `a.bin.${process.pid}-00000000.tmp`, `b.bin.${deadPid()}-00000000.tmp`];
    for (const name of [...kept, `a.bin.${deadPid()}-0a0b0c0d.tmp`]) {
      await writeFile(join(folder, name), 'half');
      await utimes(join(folder, name), 0, 0);
    }
    await writeFileAtomic(path, bytes('x'));
    expect((await readdir(folder)).sort()).toEqual(['a.bin', ...kept].sort());
  });

  it('shows readers the old or the new content, never a mixture', async () => {
    const path = join(await freshFolder(), 'a.bin');
    const contents = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await writeFileAtomic(path, bytes(contents[0]!));
    let done = false;
    const writer = (async () => {
      for (let i = 1; i <= 20; i++) await writeFileAtomic(path, bytes(contents[i % 2]!));
    })().finally(() => {
      done = true;
    });
    const seen = new Set<string>();
    while (!done) {
      seen.add(await readFile(path, 'utf8'));
      // On Windows no file takes the place of one that is being read all the time.
      if (isWindows) await setTimeout(20);
    }
    await writer;
    for (const content of seen) expect(contents.includes(content)).toBe(true);
  });
});

describe('files that belong together', () => {
  function* failing() {
    yield bytes('half');
    throw Object.assign(new Error('ENOSPC: simulated'), { code: 'ENOSPC' });
  }

  it('are all written', async () => {
    const folder = await freshFolder();
    const files = ['a', 'b'].map((name) => ({ path: join(folder, name), data: bytes(name) }));
    await writeFilesAtomic(files);
    expect(await Promise.all(files.map(({ path }) => readFile(path, 'utf8')))).toEqual(['a', 'b']);
    expect(await readdir(folder)).toEqual(['a', 'b']);
  });

  it('all stay as they were where the disk has no room for one of them', async () => {
    const folder = await freshFolder();
    const [old, none] = [join(folder, 'old'), join(folder, 'none')];
    await writeFile(old, 'old');
    const files = [
      { path: old, data: bytes('new') },
      { path: none, data: failing() },
    ];
    expect((await failure(writeFilesAtomic(files)))?.message).toBe(`${none}: cannot be written: the disk is full`);
    expect(await readFile(old, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['old']);
  });
});

describe('a temporary file that cannot be taken away', () => {
  const before = process.listeners('exit');
  const added = () => process.listeners('exit').filter((listener) => !before.includes(listener));
  // The file stays known as one to be taken away, as nothing but the process's end is expected after that.
  afterAll(() => {
    for (const listener of added()) process.off('exit', listener);
  });

  it('is tried once more when the process ends', async () => {
    const folder = await freshFolder();
    disk.renameFails = disk.removeFails = 'EIO';
    const error = await failure(writeFileAtomic(join(folder, 'a.bin'), bytes('x')));
    expect(error?.message).toContain('input/output error');
    expect(await readdir(folder)).toHaveLength(1);
    for (const listener of added()) listener(0);
    expect(await readdir(folder)).toEqual([]);
  });
});
