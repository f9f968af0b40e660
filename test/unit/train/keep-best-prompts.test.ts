import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { readPromptTable, updatePromptTable } from '../../../engine/src/prompt/prompt-table.ts';
import { keepBestPrompts } from '../../../engine/src/train/keep-best-prompts.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { BOTH_TASKS, runs, tableBytes, trainProject, withFixedDate, writeProject } from './small-project.ts';

vi.mock('../../../engine/src/prompt/prompt-table.ts', async (original) => {
  const real = await original<typeof import('../../../engine/src/prompt/prompt-table.ts')>();
  return { ...real, updatePromptTable: vi.fn(real.updatePromptTable) };
});
withFixedDate();

it('the best prompts of a run’s tasks come into another table in one write, byte for byte as the run would put them there', async () => {
  const file = writeProject(BOTH_TASKS);
  await trainProject(file);
  const table = path.join(temporaryFolder(), 'other.prompts.safetensors');
  vi.mocked(updatePromptTable).mockClear();
  const kept = await keepBestPrompts(path.join(runs(file)[0]!, 'best.prompts.safetensors'), table);
  expect([...kept.keys()].sort()).toEqual(['echo', 'mood']);
  expect(updatePromptTable).toHaveBeenCalledTimes(1);
  expect(readFileSync(table)).toEqual(tableBytes(file));
});

it('they keep the date of their run, however much later that is', async () => {
  vi.unstubAllEnvs();
  const file = writeProject();
  await trainProject(file);
  const best = path.join(runs(file)[0]!, 'best.prompts.safetensors');
  const table = path.join(temporaryFolder(), 'later.prompts.safetensors');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  await keepBestPrompts(best, table);
  vi.useRealTimers();
  const dateIn = async (of: string) => (await readPromptTable(of)).get('mood')!.record!.date;
  expect(await dateIn(table)).toBe(await dateIn(best));
});
