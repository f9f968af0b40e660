import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkPlaces } from '../../../server/src/link-places.ts';
import { HAS_LINKS } from '../has-links.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

describe('where else a file is another one when it changes', () => {
  it('is nowhere without a link', async () => {
    const dir = await realpath(await temporaryFolder());
    await writeFile(join(dir, 'a'), '');
    expect(await linkPlaces(join(dir, 'a'))).toEqual([]);
    expect(await linkPlaces(join(dir, 'none/b'))).toEqual([]);
  });

  it.runIf(HAS_LINKS)('is each link on the way, and the end, also where nothing is there', async () => {
    const dir = await realpath(await temporaryFolder());
    await mkdir(join(dir, 'data/deep'), { recursive: true });
    await writeFile(join(dir, 'data/deep/a'), '');
    await symlink('data/deep', join(dir, 'folder'));
    await symlink('../a', join(dir, 'data/deep/up'));
    await symlink('folder/a', join(dir, 'a'));
    expect(await linkPlaces(join(dir, 'folder/a'))).toEqual([join(dir, 'folder'), join(dir, 'data/deep/a')]);
    expect(await linkPlaces(join(dir, 'a'))).toEqual([join(dir, 'folder'), join(dir, 'data/deep/a')]);
    expect(await linkPlaces(join(dir, 'folder/up'))).toEqual([
      join(dir, 'folder'),
      join(dir, 'data/deep/up'),
      join(dir, 'data/a'),
    ]);
  });

  it.runIf(HAS_LINKS)('is told of links that lead in a ring', async () => {
    const dir = await realpath(await temporaryFolder());
    await symlink('b', join(dir, 'a'));
    await symlink('a', join(dir, 'b'));
    expect(await linkPlaces(join(dir, 'a'))).toEqual([join(dir, 'b')]);
  });
});
