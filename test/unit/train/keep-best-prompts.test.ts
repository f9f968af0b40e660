import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { updatePromptTable } from '../../../engine/src/prompt/prompt-table.ts';
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
