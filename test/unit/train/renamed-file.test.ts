import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RowStore } from '../../../engine/src/data/row-store.ts';
import { taskFileNow } from '../../../engine/src/process/renamed-file.ts';
import { requireResumable, resumableRun } from '../../../engine/src/train/run-folder.ts';
import { listRuns } from '../../../engine/src/train/run-list.ts';
import {
  BOTH_TASKS,
  recordOf,
  rewriteProject,
  runs,
  trainProject,
  withFixedDate,
  writeProject,
} from './small-project.ts';
import { storesSeen } from './stores-seen.ts';

withFixedDate();

const beside = (file: string, name: string) => path.join(path.dirname(file), name);

/** A project whose run was stopped after two steps, and whose task file was renamed then. */
async function renamedProject(): Promise<{ before: string; file: string; run: string }> {
  const before = writeProject();
  await trainProject(before, { stopAfter: 2 });
  const file = beside(before, 'renamed.ptask.json');
  renameSync(before, file);
  return { before, file, run: runs(file)[0]! };
}

describe('a run whose task file has got another name since', () => {
  it('goes on, says so, and is of that name from then on', async () => {
    const { table } = await trainProject(writeProject());
    const { file, run } = await renamedProject();
    const { plan, events } = await trainProject(file, { resume: true, stopAfter: 1 });
    expect(events.slice(0, 2)).toMatchObject([
      { event: 'start', run, from_step: 2 },
      { event: 'notice', message: expect.stringContaining('small.ptask.json') },
    ]);
    expect(recordOf(file).task_file).toBe(file);
    expect(await listRuns([path.dirname(file)])).toMatchObject([{ taskFile: file, state: 'stopped' }]);
    expect(await resumableRun(file, ['mood'], plan.hash)).toBe(run);
    const last = await trainProject(file, { resume: true });
    expect(last.events.filter(({ event }) => event === 'notice')).toEqual([]);
    expect(readFileSync(beside(file, 'renamed.prompts.safetensors'))).toEqual(table);
    expect(runs(file)).toHaveLength(1);
  });

  it('is offered, and goes on where it is asked for by its folder', async () => {
    const { file, run } = await renamedProject();
    const { plan } = await trainProject(writeProject(), { stopAfter: 0 });
    expect(await resumableRun(file, ['mood'], plan.hash)).toBe(run);
    await requireResumable(run, file, ['mood'], plan.hash);
    await expect(requireResumable(run, file, ['mood'], 'other')).rejects.toThrow('cannot be resumed');
  });

  it.each<[string, (file: string, before: string) => unknown]>([
    ['the file is there under both names', (file, before) => copyFileSync(file, before)],
    ['other settings', (file) => rewriteProject(file, { optim: { lr: 0.03 } })],
    ['other tasks', (file) => rewriteProject(file, BOTH_TASKS)],
    [
      'two such runs',
      async (file) => {
        const another = beside(file, 'another.ptask.json');
        copyFileSync(file, another);
        await trainProject(another, { stopAfter: 1 });
        rmSync(another);
      },
    ],
    ['a run of its own that has ended', (file) => trainProject(file)],
    [
      'a later run of the former name that has ended',
      async (file, before) => {
        renameSync(file, before);
        await trainProject(before);
        renameSync(before, file);
      },
    ],
  ])('is left alone with %s', async (_, change) => {
    const { before, file, run } = await renamedProject();
    await change(file, before);
    const others = runs(file).length;
    const { events } = await trainProject(file, { resume: true, stopAfter: 0 });
    expect(events[0]).toMatchObject({ event: 'start', from_step: 0 });
    expect(runs(file)).toHaveLength(others + 1);
    expect(events.some((event) => event.event === 'start' && event.run === run)).toBe(false);
  });
});

describe('the task file of a listed run', () => {
  it('is the one in its folder that would go on with the run', async () => {
    const { before, file, run } = await renamedProject();
    rewriteProject(beside(file, 'other.ptask.json'), { optim: { lr: 0.03 } });
    rewriteProject(beside(file, 'broken.ptask.json'), { task_templates: [] });
    const stores = storesSeen(RowStore);
    expect(await taskFileNow(before, run)).toBe(file);
    expect(await taskFileNow(file, run)).toBe(file);
    expect(stores.opened).toBeGreaterThan(0);
    expect(stores.closed).toBe(stores.opened);
  });

  it.each<[string, (file: string) => unknown]>([
    ['has ended', (file) => trainProject(file)],
    ['is a later one', (file) => trainProject(file, { stopAfter: 1 })],
  ])('stays as it was where the last run of the other %s', async (_, change) => {
    const { before, file, run } = await renamedProject();
    await change(file);
    expect(await taskFileNow(before, run)).toBe(before);
  });

  it('stays as it was where two others would do, or none', async () => {
    const { before, file, run } = await renamedProject();
    copyFileSync(file, beside(file, 'copy.ptask.json'));
    expect(await taskFileNow(before, run)).toBe(before);
    for (const name of ['copy.ptask.json', 'renamed.ptask.json']) rmSync(beside(file, name));
    expect(await taskFileNow(before, run)).toBe(before);
  });
});
