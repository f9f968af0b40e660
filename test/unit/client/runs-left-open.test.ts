import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { RunsNote, takeRunsLeft } from '../../../client/src/runs/runs-left.ts';

/** How often a rename fails yet, as on Windows while a virus scanner has the file open. */
let busy = 0;
const refused = () => Object.assign(new Error('EPERM: operation not permitted, rename'), { code: 'EPERM' });
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const renameSync: typeof real.renameSync = (from, to) => {
    if (busy-- > 0) throw refused();
    real.renameSync(from, to);
  };
  return { ...real, renameSync };
});
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rename: typeof real.rename = async (from, to) => {
    if (busy-- > 0) throw refused();
    await real.rename(from, to);
  };
  return { ...real, rename };
});

it('runs are left to the next window, and taken by it, while their note is open in another program', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ptask-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const request = { file: 'a', tasknames: ['task'], resume: false, device: 'auto' } as const;
  const note = new RunsNote(folder, '1', '', 4711);
  note.keep([{ request, phase: 'waiting' }] as never);
  busy = 1;
  note.close(1_000_000);
  expect(readdirSync(folder)).toEqual(['window-1.json']);
  busy = 2;
  const around = {
    now: () => 1_002_000,
    isAlive: () => false,
    wait: async () => undefined,
    workspace: '',
    holds: () => false,
  };
  const taken: unknown[] = [];
  await takeRunsLeft(folder, ({ recent }) => taken.push(...recent), around);
  expect(taken).toEqual([request]);
  expect(readdirSync(folder)).toEqual([]);
});
