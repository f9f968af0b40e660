import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DependencyWatch } from '../../../server/src/watched-files.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

it('what is named in a folder that leaves the workspace is watched by itself, until the folder comes back', async () => {
  const dir = await temporaryFolder();
  const paths = new Set([join(dir, 'train.jsonl'), join(dir, 'rows.txt')]);
  let isInWorkspace = true;
  let watched: readonly string[] = [];
  const watch = new DependencyWatch(
    async (folders) => {
      watched = folders;
    },
    () => isInWorkspace,
  );
  await watch.follow(new Set([join(dir, 'train.jsonl')]));
  expect(watched).toEqual([]);
  isInWorkspace = false;
  watch.workspaceChanged();
  await watch.follow(paths);
  expect(watched).toEqual([dir]);
  isInWorkspace = true;
  watch.workspaceChanged();
  await watch.follow(new Set([join(dir, 'train.jsonl')]));
  expect(watched).toEqual([]);
});
