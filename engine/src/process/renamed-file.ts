import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { TASK_FILE_SUFFIX } from '../../../task/src/parse.ts';
import { PtaskError } from '../errors.ts';
import { openForRun } from '../project.ts';
import { planTraining } from '../train/plan.ts';
import { isThere, newestRun, readRecord } from '../train/run-record.ts';

/**
 * The task file of a run that is to go on. Where none of its name is there any more, it is looked for among the others in its folder:
 * the one that trains the same tasks with the same data and settings, and would go on with this very run.
 * @param file as it was called when the run was listed; given back where it is there, or no other is the one
 */
export async function taskFileNow(file: string, run: string): Promise<string> {
  if (await isThere(file)) return file;
  const record = await readRecord(run);
  if (!record) return file;
  const names = await readdir(path.dirname(file)).catch(() => []);
  const found: string[] = [];
  for (const name of names.filter((name) => name.endsWith(TASK_FILE_SUFFIX))) {
    const other = path.join(path.dirname(file), name);
    if ((await planHash(other, record.tasks)) !== record.plan) continue;
    const newest = await newestRun(other, record.tasks, record.plan);
    if (newest !== undefined && path.basename(newest) === path.basename(run)) found.push(other);
  }
  return found.length === 1 ? found[0]! : file;
}

/** Undefined for a file that cannot train these tasks. */
async function planHash(file: string, tasks: readonly string[]): Promise<string | undefined> {
  try {
    const plan = await planTraining(await openForRun(file), tasks);
    plan.train.close();
    plan.validation.close();
    return plan.hash;
  } catch (error) {
    if (error instanceof PtaskError) return undefined;
    throw error;
  }
}
