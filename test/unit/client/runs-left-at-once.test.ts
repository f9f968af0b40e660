import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import type { RunRequest } from '../../../client/src/runs/run-queue.ts';
import { type RunsLeft, RunsNote, takeRunsLeft } from '../../../client/src/runs/runs-left.ts';

/** As Windows renames a file that several have opened at once: each gives it another name, wherever it has come to be. */
const names = new Map<string, string>();
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rename = async (from: string, to: string) => {
    const now = names.get(from) ?? from;
    names.set(from, to);
    await real.rename(now, to);
  };
  return { ...real, rename };
});

const folder = mkdtempSync(path.join(tmpdir(), 'ptask-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('two windows that rename a note at once do not both go on with its runs', async () => {
  const request: RunRequest = { file: 'a', tasknames: ['task'], resume: false, device: 'auto' };
  const note = new RunsNote(folder, '1', '/storage', 4711);
  note.keep([{ request, phase: 'waiting' } as never]);
  note.close(1);
  const here = { workspace: '/storage', holds: () => false, now: () => 1, isAlive: () => false, wait: async () => {} };
  const all: RunsLeft[] = [];
  await Promise.all([1, 2].map(() => takeRunsLeft(folder, (left) => all.push(left), here)));
  expect(all).toEqual([{ recent: [request], old: [] }]);
  expect(readdirSync(folder)).toEqual([]);
});
