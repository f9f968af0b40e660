import type { PromptRecord } from '../../../task/src/prompt-table.ts';
import { type NewPrompt, readPromptTable, updatePromptTable } from '../prompt/prompt-table.ts';

/**
 * Puts the best prompts of a run, which are a table of their own in its folder, into another prompt table, all at once.
 * @param best path of the run's own table
 * @returns the record of each by taskname; of none where no epoch of the run had ended
 * @throws FileError when either table is broken or the other cannot be written; it is left as it was
 */
export async function keepBestPrompts(best: string, promptTable: string): Promise<ReadonlyMap<string, PromptRecord>> {
  const records = new Map<string, PromptRecord>();
  const prompts = new Map<string, NewPrompt>();
  for (const [taskname, { record, ...prompt }] of await readPromptTable(best)) {
    // Another program's; a run writes none without a record.
    if (!record) continue;
    const { date: _, ...rest } = record;
    records.set(taskname, record);
    prompts.set(taskname, { ...prompt, record: rest });
  }
  const [first] = records.values();
  // A run gives all its prompts the date at which it began.
  if (first) await updatePromptTable(promptTable, prompts, new Date(first.date));
  return records;
}
