import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TaskFiles } from '../../../server/src/task-files.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

/** Files in a folder, and what the language service is told of them. */
async function workspace(files: readonly string[]) {
  const dir = await temporaryFolder();
  const texts = new Map<string, string>();
  const taskFiles = new TaskFiles({
    taskFileOnDisk(uri, text) {
      const name = relative(dir, fileURLToPath(uri)).replaceAll(sep, '/');
      if (text === undefined) texts.delete(name);
      else texts.set(name, text);
    },
  });
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  };
  for (const name of files) await write(name, name);
  return { dir, taskFiles, write, known: () => [...texts.keys()].sort(), texts };
}

it('a task file that the service could not take is no longer waited for', async () => {
  const dir = await temporaryFolder();
  const file = join(dir, 'a.ptask.json');
  await writeFile(file, '{}');
  const taskFiles = new TaskFiles({
    taskFileOnDisk() {
      throw new Error('not taken');
    },
  });
  await expect(taskFiles.addFolder(dir)).rejects.toThrow('not taken');
  await taskFiles.hasRead(file);
});

it('a task file is waited for until the last reading of it has ended', async () => {
  const { dir, taskFiles, known } = await workspace(['a.ptask.json']);
  const file = join(dir, 'a.ptask.json');
  const looked = taskFiles.addFolder(dir);
  const changed = taskFiles.changed(file);
  const readFirst = taskFiles.hasRead(file);
  const changedAgain = taskFiles.changed(file);
  await readFirst;
  expect(known()).toEqual(['a.ptask.json']);
  await Promise.all([looked, changed, changedAgain]);
});

describe('the task files of a folder', () => {
  it('are those in it and below, but none of dependencies, hidden folders and links', async () => {
    const { dir, taskFiles, known } = await workspace([
      'a.ptask.json',
      'b/c/d.ptask.json',
      'b/ptask.json',
      'node_modules/x/e.ptask.json',
      '.git/f.ptask.json',
      'b/.ptask/g.ptask.json',
    ]);
    await symlink(join(dir, 'b'), join(dir, 'link'), 'junction');
    await taskFiles.addFolder(dir);
    expect(known()).toEqual(['a.ptask.json', 'b/c/d.ptask.json']);
    await taskFiles.changed(join(dir, '.git', 'f.ptask.json'));
    expect(known()).toEqual(['a.ptask.json', 'b/c/d.ptask.json']);
  });

  it('are read again when they change, and forgotten when they are gone', async () => {
    const { dir, taskFiles, write, texts, known } = await workspace(['a.ptask.json']);
    await taskFiles.addFolder(dir);
    await write('a.ptask.json', 'new');
    await taskFiles.changed(join(dir, 'a.ptask.json'));
    expect(texts.get('a.ptask.json')).toBe('new');
    await rm(join(dir, 'a.ptask.json'));
    await taskFiles.changed(join(dir, 'a.ptask.json'));
    expect(known()).toEqual([]);
  });

  it('are asked about after a reading that failed as before it', async () => {
    const { dir } = await workspace(['a.ptask.json']);
    const failing = new TaskFiles({
      taskFileOnDisk() {
        throw new Error('a fault of ours');
      },
    });
    await expect(failing.addFolder(dir)).rejects.toThrow('a fault of ours');
    await expect(failing.hasRead(join(dir, 'a.ptask.json'))).resolves.toBeUndefined();
  });

  it('end as the last change left them, however the readings overtake one another', async () => {
    const { dir, taskFiles, write, texts } = await workspace(['a.ptask.json']);
    await taskFiles.addFolder(dir);
    const changes: Promise<void>[] = [];
    for (let n = 0; n < 20; n++) {
      await write('a.ptask.json', String(n));
      changes.push(taskFiles.changed(join(dir, 'a.ptask.json')));
    }
    await Promise.all(changes);
    expect(texts.get('a.ptask.json')).toBe('19');
  });

  it('are known to have been read when their last reading has ended', async () => {
    const { dir, taskFiles, write, texts } = await workspace(['a.ptask.json']);
    await taskFiles.addFolder(dir);
    await write('a.ptask.json', 'new');
    taskFiles.changed(join(dir, 'a.ptask.json'));
    await taskFiles.hasRead(join(dir, 'a.ptask.json'));
    expect(texts.get('a.ptask.json')).toBe('new');
    await taskFiles.hasRead(join(dir, 'never seen.ptask.json'));
  });

  it('are not those of a folder beside it whose name begins in the same way', async () => {
    const { dir, taskFiles, known } = await workspace(['project/a.ptask.json', 'project-2/b.ptask.json']);
    await taskFiles.addFolder(join(dir, 'project'));
    await taskFiles.changed(join(dir, 'project-2', 'b.ptask.json'));
    expect(known()).toEqual(['project/a.ptask.json']);
    expect(taskFiles.isInWorkspace(join(dir, 'project', 'rows.jsonl'))).toBe(true);
    expect(taskFiles.isInWorkspace(join(dir, 'project-2', 'rows.jsonl'))).toBe(false);
  });

  it('are told no more once they were disposed of, though they were being read', async () => {
    const { dir, taskFiles, write, texts } = await workspace(['a.ptask.json']);
    await taskFiles.addFolder(dir);
    await write('a.ptask.json', 'new');
    const reading = taskFiles.changed(join(dir, 'a.ptask.json'));
    taskFiles.dispose();
    await reading;
    expect(texts.get('a.ptask.json')).not.toBe('new');
  });

  it('move with a folder that only the editor’s own renaming names', async () => {
    const { dir, taskFiles, known } = await workspace(['old/deep/a.ptask.json']);
    await taskFiles.addFolder(dir);
    await rename(join(dir, 'old'), join(dir, 'new'));
    await taskFiles.changed(join(dir, 'old'));
    await taskFiles.came(join(dir, 'new'));
    expect(known()).toEqual(['new/deep/a.ptask.json']);
  });

  it('are not looked for behind a link that comes', async () => {
    const { dir, taskFiles, known } = await workspace(['a.ptask.json']);
    await taskFiles.addFolder(dir);
    await symlink(dir, join(dir, 'link'), 'junction');
    await taskFiles.came(join(dir, 'link'));
    expect(known()).toEqual(['a.ptask.json']);
  });

  it('leave with it, but for those that another folder still holds', async () => {
    const { dir, taskFiles, known } = await workspace(['a.ptask.json', 'b/c.ptask.json']);
    await taskFiles.addFolder(dir);
    await taskFiles.addFolder(join(dir, 'b'));
    taskFiles.removeFolder(dir);
    expect(known()).toEqual(['b/c.ptask.json']);
    taskFiles.removeFolder(join(dir, 'b'));
    expect(known()).toEqual([]);
  });

  it('are not told any more when the folder leaves while they are searched for', async () => {
    const { dir, taskFiles, known } = await workspace(Array.from({ length: 30 }, (_, n) => `${n}/a.ptask.json`));
    const search = taskFiles.addFolder(dir);
    taskFiles.removeFolder(dir);
    await search;
    expect(known()).toEqual([]);
  });

  it('of a folder that is not there are none', async () => {
    const { dir, taskFiles, known } = await workspace([]);
    await taskFiles.addFolder(join(dir, 'none'));
    expect(known()).toEqual([]);
  });
});
