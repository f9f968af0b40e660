import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RunFolder } from '../../../engine/src/train/run-folder.ts';
import {
  formerName,
  type RunRecord,
  readRecord,
  requireNoLinks,
  runsOf,
} from '../../../engine/src/train/run-record.ts';
import { disk, repair } from '../engine/failing-disk.ts';
import { onPlatform } from '../engine/on-platform.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

vi.mock('node:fs/promises', async (original) =>
  (await import('../engine/failing-disk.ts')).withFailingDisk(original as never),
);
afterEach(repair);

const folder = temporaryFolder();

it.each(['/tasks/sv.ptask.json', 'c:\\tasks\\sv.ptask.json', '/moved/away/sv.ptask.json'])(
  'a run that was begun as %s is of the file of that name beside it',
  (task_file) => {
    expect(formerName({ task_file }, '/tasks/sv.ptask.json')).toBeUndefined();
    expect(formerName({ task_file }, '/tasks/en.ptask.json')).toBe('sv.ptask.json');
  },
);

it('on macOS a run is found whether accents are letters of their own or not', () => {
  const record = { task_file: '/tasks/fra\u030agor.ptask.json' };
  onPlatform('darwin');
  expect(formerName(record, '/tasks/fr\u00e5gor.ptask.json')).toBeUndefined();
  onPlatform('linux');
  expect(formerName(record, '/tasks/fr\u00e5gor.ptask.json')).toBe('fra\u030agor.ptask.json');
});

it('on Windows a run is found whether its file is named in capitals or not', () => {
  const record = { task_file: 'C:\\tasks\\Frågor.ptask.json' };
  onPlatform('win32');
  expect(formerName(record, '/tasks/FRÅGOR.ptask.json')).toBeUndefined();
  expect(formerName(record, '/tasks/fragor.ptask.json')).toBe('Frågor.ptask.json');
  onPlatform('linux');
  expect(formerName(record, '/tasks/frågor.ptask.json')).toBe('Frågor.ptask.json');
});

it('runs are of the same tasks in the same order, the newest first', async () => {
  const tasksOf = { '1-a': ['a', 'b'], '2-b': ['b', 'a'], '3-a': ['a', 'b'], '4-a': ['a'] };
  for (const [name, tasks] of Object.entries(tasksOf)) {
    const dir = path.join(folder, '.ptask/runs', name);
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      path.join(dir, 'run.json'),
      JSON.stringify({ task_file: '/sv.ptask.json', tasks, created: '2026-01-01' }),
    );
  }
  const found: string[] = [];
  for await (const { dir } of runsOf(path.join(folder, 'sv.ptask.json'), ['a', 'b'])) found.push(path.basename(dir));
  expect(found).toEqual(['3-a', '1-a']);
});

it.each([
  ['ความรู้สึก', 'ความรู้สึก'],
  ['भावना', 'भावना'],
  ['a/b: c', 'a_b_c'],
  [`${'a'.repeat(59)}𠮷`, 'a'.repeat(59)],
])('the folder of a run is called after its task, %s, in whole characters', async (task, named) => {
  const record = {
    task_file: path.join(folder, 'named.ptask.json'),
    tasks: [task],
    created: '2026-01-01T12:00:00.000Z',
  };
  const run = await RunFolder.create(record as unknown as RunRecord);
  expect(path.basename(run.dir)).toBe(`20260101-120000-${named}`);
  await run.release();
});

describe('a run that the system fails to read', () => {
  const record = {
    task_file: path.join(folder, 'unread', 'sv.ptask.json'),
    tasks: ['a'],
    created: '2026-01-01T12:00:00.000Z',
    state: 'stopped',
    plan: 'p',
  } as unknown as RunRecord;
  const find = () => RunFolder.findUnfinished(record.task_file, record.tasks, record.plan);

  it('is not passed over, so that no new one takes its place, and is not held', async () => {
    const run = await RunFolder.create(record);
    const { dir } = run;
    await run.release();
    disk.readFails = 'EIO';
    const why = `${path.join(dir, 'run.json')}: cannot be read: the disk reports an input/output error`;
    await expect(find()).rejects.toThrow(why);
    await expect(RunFolder.reopen(dir)).rejects.toThrow(why);
    repair();
    const found = await find();
    expect(found?.dir).toBe(dir);
    await found?.release();
  });

  it.skipIf(process.platform === 'win32')('is not passed over with the folder of all runs', async () => {
    const ring = path.join(folder, 'ring', '.ptask');
    mkdirSync(path.dirname(ring));
    symlinkSync(ring, ring);
    const all = runsOf(path.join(folder, 'ring', 'sv.ptask.json'), ['a']);
    await expect(all.next()).rejects.toThrow('runs: cannot be read: links lead in a circle');
  });
});

describe('a run of a project from elsewhere', () => {
  const sound = { task_file: '/sv.ptask.json', tasks: ['a'], created: '2026-01-01T12:00:00.000Z' };
  const fit = { tokensARun: 512, recompute: false, prepack: true };

  function runOf(name: string, record: unknown): string {
    const dir = path.join(folder, 'elsewhere', name);
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, 'run.json'), JSON.stringify(record));
    return dir;
  }

  it('goes on where its record is whole', async () => {
    expect(await readRecord(runOf('sound', { ...sound, fit }))).toMatchObject({ ...sound, fit });
  });

  it.each([
    ['tasks that are no texts', { tasks: [{ toString: 1 }] }],
    ['a date that is none', { created: 'yesterday' }],
    ['no date, which its prompts would have', { created: undefined }],
    ['parts of no tokens', { fit: { ...fit, tokensARun: 0 } }],
    ['a fit that is none', { fit: 'tight' }],
    ['a fit that does not say all', { fit: { tokensARun: 512 } }],
  ])('is passed over with %s', async (name, change) => {
    expect(await readRecord(runOf(name, { ...sound, ...change }))).toBeUndefined();
  });

  it('is passed over where its record is larger than any', async () => {
    const dir = runOf('large', sound);
    truncateSync(path.join(dir, 'run.json'), 2 ** 32);
    expect(await readRecord(dir)).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')(
    'does not go on with a pipe among its files, which would be waited for',
    async () => {
      const dir = runOf('pipe', sound);
      execFileSync('mkfifo', [path.join(dir, 'metrics.jsonl')]);
      await expect(requireNoLinks(dir)).rejects.toThrow('metrics.jsonl: it is not a file');
    },
  );
});
