import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { flushAll } from '../../../engine/src/atomic-folder.ts';
import { disk, done, repair } from './failing-disk.ts';
import { temporaryFolder } from './temporary-folder.ts';

vi.mock('node:fs/promises', async (original) => (await import('./failing-disk.ts')).withFailingDisk(original as never));
afterEach(repair);

const root = temporaryFolder();

it('each file of a folder is on the disk before the folder that it is in', async () => {
  await mkdir(join(root, 'runtime', 'bin'), { recursive: true });
  await writeFile(join(root, 'runtime', 'package.json'), '{}');
  await writeFile(join(root, 'runtime', 'bin', 'library.so'), 'code');
  await flushAll(join(root, 'runtime'));
  // Windows flushes no folders.
  const folders = (name: string) => (process.platform === 'win32' ? [] : [`flush ${name}`]);
  expect(done).toEqual(['flush library.so', ...folders('bin'), 'flush package.json', ...folders('runtime')]);
});

it('what the disk does not take is told', async () => {
  await writeFile(join(root, 'library.so'), 'code');
  disk.flushFails = 'EIO';
  await expect(flushAll(root)).rejects.toMatchObject({ code: 'EIO' });
});
