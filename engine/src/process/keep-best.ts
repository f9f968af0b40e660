import path from 'node:path';
import type { KeepBestPromptsParams, KeepBestPromptsResult } from '../../../protocol/src/training.ts';
import { checkTaskText } from '../../../task/src/check.ts';
import { resolveBeside } from '../../../task/src/node-environment.ts';
import { readTaskText } from '../task-text.ts';
import { keepBestPrompts } from '../train/keep-best-prompts.ts';
import { bestPromptsPath } from '../train/run-folder.ts';
import { requireNoLinks } from '../train/run-record.ts';

/** What is left to do of a run whose process was killed. Neither its model nor its data is needed for it. */
export async function keepBestOf({ file, run }: KeepBestPromptsParams): Promise<KeepBestPromptsResult> {
  const taskFile = path.resolve(file);
  const { context } = checkTaskText(taskFile, await readTaskText(taskFile));
  const promptTable = resolveBeside(taskFile, context.file.prompt_table);
  await requireNoLinks(run);
  const kept = await keepBestPrompts(bestPromptsPath(run), promptTable);
  return {
    promptTable,
    bestEpochs: Object.fromEntries([...kept].flatMap(([taskname, { metrics }]) => epochOf(taskname, metrics))),
  };
}

/** @param metrics as `writePrompts` records them */
function epochOf(taskname: string, metrics: unknown): [string, number][] {
  const epoch = (metrics as { readonly epoch?: unknown } | null)?.epoch;
  return typeof epoch === 'number' ? [[taskname, epoch]] : [];
}
