import { mkdir, readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, writeFlushed } from '../../../engine/src/atomic-folder.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

const text = (line: string) => [Buffer.from(line)];

test('the folder appears with all its files, and nothing else does', async () => {
  const parent = join(await temporaryFolder(), 'made', 'too');
  await makeFolder(join(parent, 'model'), async (dir) => {
    expect(await readdir(parent)).not.toContain('model');
    await writeFlushed(join(dir, 'a'), [...text('one '), ...text('two')]);
  });
  expect(await readdir(parent)).toEqual(['model']);
  expect(await readFile(join(parent, 'model', 'a'), 'utf8')).toBe('one two');
});

test('a failure on the way leaves nothing', async () => {
  const parent = await temporaryFolder();
  const made = makeFolder(join(parent, 'model'), async (dir) => {
    await writeFlushed(join(dir, 'a'), text('half'));
    throw new Error('disk full');
  });
  await expect(made).rejects.toThrow('disk full');
  expect(await readdir(parent)).toEqual([]);
});

test('of two that make it at once, one folder stays, whole', async () => {
  const parent = await temporaryFolder();
  const target = join(parent, 'model');
  const make = (who: string) =>
    makeFolder(target, async (dir) => {
      await writeFlushed(join(dir, 'a'), text(who));
      await writeFlushed(join(dir, 'b'), text(who));
    });
  await Promise.all(['first', 'second', 'third'].map(make));
  expect(await readdir(parent)).toEqual(['model']);
  expect(await readFile(join(target, 'a'), 'utf8')).toBe(await readFile(join(target, 'b'), 'utf8'));
});

test('what a killed process left is removed once it is old', async () => {
  const parent = await temporaryFolder();
  const [old, recent, foreign] = ['model.1-aa.tmp', 'model.2-bb.tmp', 'other.3-cc.tmp'].map((name) =>
    join(parent, name),
  );
  // A user's own, of an old date, has no number of a process in its name.
  const own = join(parent, 'model.old.tmp');
  for (const dir of [old, recent, foreign, own]) await mkdir(dir!);
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
  await utimes(old!, yesterday, yesterday);
  await utimes(foreign!, yesterday, yesterday);
  await utimes(own, yesterday, yesterday);
  await makeFolder(join(parent, 'model'), async () => {});
  expect((await readdir(parent)).sort()).toEqual(['model', 'model.2-bb.tmp', 'model.old.tmp', 'other.3-cc.tmp']);
});
