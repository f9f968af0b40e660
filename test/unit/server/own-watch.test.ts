import { EventEmitter } from 'node:events';
import { appendFileSync, mkdirSync, rmSync, watch as systemsWatch } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OwnWatch } from '../../../server/src/own-watch.ts';
import { eventually } from '../../eventually.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

/** A watch over a new folder, which a test may make, and what it tells, by name: whether that may have come. */
async function watched(watchFolder = systemsWatch) {
  const root = await temporaryFolder();
  const told = new Map<string, boolean[]>();
  const watch = new OwnWatch(
    (file, mayHaveCome) => {
      const name = path.relative(root, file).replaceAll(path.sep, '/');
      told.set(name, [...(told.get(name) ?? []), mayHaveCome]);
    },
    { watchFolder, lookEvery: 50 },
  );
  onTestFinished(() => watch.dispose());
  return { watch, told, at: (name: string) => path.join(root, name) };
}

it('tells once of a file that is written in many pieces', async () => {
  const { watch, told, at } = await watched();
  await writeFile(at('rows.jsonl'), '');
  watch.watch([at('.')]);
  // In one go, so that a slow machine's news are not further apart than what counts as one change.
  for (let n = 0; n < 20; n++) appendFileSync(at('rows.jsonl'), '{}\n');
  await eventually(() => expect(told.get('rows.jsonl')).toHaveLength(1));
});

it('tells that a file which was put in its place may have come', async () => {
  const { watch, told, at } = await watched();
  watch.watch([at('.')]);
  await writeFile(at('new.tmp'), '');
  await rename(at('new.tmp'), at('rows.jsonl'));
  await eventually(() => expect(told.get('rows.jsonl')).toContain(true));
});

it('tells of a folder that was not there, whose files may have come before it was watched', async () => {
  const { watch, told, at } = await watched();
  const data = at('deep/data');
  watch.watch([data]);
  await mkdir(data, { recursive: true });
  await eventually(() => expect(told.has('deep')).toBe(true));
  told.clear();
  watch.watch([data]);
  await eventually(() => expect(told.get('deep/data')).toEqual([true]));
  await writeFile(path.join(data, 'rows.jsonl'), '');
  await eventually(() => expect(told.has('deep/data/rows.jsonl')).toBe(true));
});

it('goes on with a folder that goes and comes again', async () => {
  const { watch, told, at } = await watched();
  await mkdir(at('data'));
  watch.watch([at('data')]);
  await rm(at('data'), { recursive: true });
  await eventually(() => expect(told.get('data')).toContain(false));
  await mkdir(at('data'));
  await eventually(() => expect(told.get('data')).toContain(true));
  watch.watch([at('data')]);
  await writeFile(at('data/rows.jsonl'), '');
  await eventually(() => expect(told.has('data/rows.jsonl')).toBe(true));
});

it('goes on with a folder that another one took the place of at once', async () => {
  const { watch, told, at } = await watched();
  mkdirSync(at('data'));
  watch.watch([at('data')]);
  // Before anything is told of the first one.
  rmSync(at('data'), { recursive: true });
  mkdirSync(at('data'));
  await eventually(() => expect(told.get('data')).toContain(true));
  await writeFile(at('data/rows.jsonl'), '');
  await eventually(() => expect(told.has('data/rows.jsonl')).toBe(true));
});

it('looks now and then at a folder whose watcher has failed, and that is still there', async () => {
  const watchers: EventEmitter[] = [];
  const { watch, told, at } = await watched((() => {
    const watcher = Object.assign(new EventEmitter(), { close: () => {} });
    watchers.push(watcher);
    return watcher;
  }) as unknown as typeof systemsWatch);
  await mkdir(at('data'));
  watch.watch([at('data')]);
  watchers[0]!.emit('error', new Error('EPERM'));
  await eventually(() => expect(told.get('data')).toEqual([true]));
  await writeFile(at('data/rows.jsonl'), '');
  await eventually(() => expect(told.get('data/rows.jsonl')).toEqual([true]));
  expect(watchers).toHaveLength(1);
});

it('tells of nothing in folders that are not wanted any more', async () => {
  const { watch, told, at } = await watched();
  await mkdir(at('data'));
  await mkdir(at('other'));
  watch.watch([at('data'), at('other')]);
  watch.watch([at('other')]);
  await writeFile(at('data/rows.jsonl'), '');
  await writeFile(at('other/rows.jsonl'), '');
  await eventually(() => expect(told.has('other/rows.jsonl')).toBe(true));
  expect(told.has('data/rows.jsonl')).toBe(false);
});

describe('where the system watches no more', () => {
  const refuse = (code: string) =>
    ((folder: string) => {
      throw Object.assign(new Error(`${code}: ${folder}`), { code });
    }) as unknown as typeof systemsWatch;

  it.each(['ENOSPC', 'EMFILE', 'ENFILE'])('a folder is looked at now and then (%s)', async (code) => {
    const { watch, told, at } = await watched(refuse(code));
    await writeFile(at('rows.jsonl'), '{}\n');
    watch.watch([at('.')]);
    await setTimeout(200);
    appendFileSync(at('rows.jsonl'), '{}\n');
    await eventually(() => expect(told.get('rows.jsonl')).toHaveLength(1));
    await writeFile(at('more.jsonl'), '');
    await eventually(() => expect(told.get('more.jsonl')).toEqual([true]));
    await rm(at('more.jsonl'));
    await eventually(() => expect(told.get('more.jsonl')).toEqual([true, false]));
    expect([...told.keys()]).toEqual(['rows.jsonl', 'more.jsonl']);
  });

  it('a folder is watched again once it can be', async () => {
    let isRefused = true;
    const { watch, told, at } = await watched(((...args: Parameters<typeof systemsWatch>) =>
      isRefused ? refuse('ENOSPC')(...args) : systemsWatch(...args)) as typeof systemsWatch);
    watch.watch([at('.')]);
    isRefused = false;
    watch.watch([at('.')]);
    await writeFile(at('rows.jsonl'), '');
    await eventually(() => expect(told.has('rows.jsonl')).toBe(true));
  });

  it('a folder that is no longer wanted is not looked at', async () => {
    const { watch, told, at } = await watched(refuse('ENOSPC'));
    watch.watch([at('.')]);
    await setTimeout(200);
    watch.watch([]);
    await writeFile(at('rows.jsonl'), '');
    await setTimeout(500);
    expect(told.size).toBe(0);
  });
});
