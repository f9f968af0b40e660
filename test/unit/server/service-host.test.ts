import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FarMachines } from '../../../server/src/far-machines.ts';
import { serviceHost } from '../../../server/src/service-host.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

it('lists a linked folder as a folder, and no link that leads nowhere', async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, 'data'));
  await writeFile(join(dir, 'rows.jsonl'), '');
  await symlink(join(dir, 'data'), join(dir, 'linked'), 'junction');
  await symlink(join(dir, 'gone'), join(dir, 'nowhere'), 'junction');
  const host = serviceHost({ publish: () => {}, onError: () => {} }, new FarMachines());
  const entries = (await host.listFolder(dir)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(entries).toEqual([
    { name: 'data', isFolder: true },
    { name: 'linked', isFolder: true },
    { name: 'rows.jsonl', isFolder: false },
  ]);
  expect(await host.listFolder(join(dir, 'gone'))).toEqual([]);
});
