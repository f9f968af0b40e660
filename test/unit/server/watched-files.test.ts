import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Connection } from 'vscode-languageserver/node';
import { askToWatch, DependencyWatch } from '../../../server/src/watched-files.ts';
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

it('folders are the same for the editor in whichever order they are named, or are looked at again', async () => {
  const dir = await temporaryFolder();
  const rows = ['b', 'a', 'c'].map((name) => join(dir, name, 'rows.jsonl'));
  const asked: (readonly string[])[] = [];
  const watch = new DependencyWatch(
    async (folders) => void asked.push(folders),
    () => false,
  );
  await watch.follow(new Set(rows));
  watch.changed(rows[1]!);
  await watch.follow(new Set(rows.toReversed()));
  const sorted = ['a', 'b', 'c'].map((name) => join(dir, name));
  expect(asked).toEqual([sorted, sorted]);
});

it('goes on after an editor could not be asked to watch', async () => {
  const dir = await temporaryFolder();
  const asked: (readonly string[])[] = [];
  const watch = new DependencyWatch(
    async (folders) => {
      asked.push(folders);
      if (asked.length === 1) throw new Error('no');
    },
    () => false,
  );
  await expect(watch.follow(new Set([join(dir, 'rows.jsonl')]))).rejects.toThrow('no');
  await watch.follow(new Set([join(dir, 'data/rows.jsonl')]));
  expect(asked).toEqual([[dir], [join(dir, 'data')]]);
});

describe('an editor that is asked to watch folders', () => {
  /** One that refuses some folders; `watched` are the folders of each registration that holds. */
  function editorRefusing(refused: string) {
    const watched = new Set<string[]>();
    const register = async (_: unknown, { watchers }: { watchers: { globPattern: { baseUri: string } }[] }) => {
      const folders = watchers.map(({ globPattern }) => globPattern.baseUri);
      if (folders.includes(pathToFileURL(refused).href)) throw new Error('no');
      watched.add(folders);
      return { dispose: () => watched.delete(folders) };
    };
    const connection = { client: { register } } as unknown as Connection;
    return { watch: askToWatch(connection), watched: () => [...watched] };
  }
  const uri = (folder: string) => pathToFileURL(folder).href;

  it('watches those that it was asked for last', async () => {
    const { watch, watched } = editorRefusing('/none');
    await watch(['/a']);
    await watch(['/a', '/b']);
    expect(watched()).toEqual([[uri('/a'), uri('/b')]]);
    await watch([]);
    expect(watched()).toEqual([]);
  });

  it('goes on with the ones before where it refuses, and with others afterwards', async () => {
    const { watch, watched } = editorRefusing('/refused');
    await watch(['/a']);
    await expect(watch(['/refused'])).rejects.toThrow('no');
    expect(watched()).toEqual([[uri('/a')]]);
    await watch(['/b']);
    expect(watched()).toEqual([[uri('/b')]]);
  });
});
