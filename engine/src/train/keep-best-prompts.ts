import type { PromptRecord } from '../../../task/src/prompt-table.ts';
import { readPromptTable, updatePromptTable } from '../prompt/prompt-table.ts';

/**
 * Puts the best prompts of a run, which are a table of their own in its folder, into another prompt table.
 * @returns the record of each; of none where no epoch of the run had ended
 * @throws FileError when either table is broken or the other cannot be written; it is left as it was
 */
export async function keepBestPrompts(best: string, promptTable: string): Promise<ReadonlyMap<string, PromptRecord>> {
  const records = new Map<string, PromptRecord>();
  for (const [taskname, { record, ...prompt }] of await readPromptTable(best)) {
    // Another program's; a run writes none without a record.
    if (!record) continue;
    const { date, ...rest } = record;
    await updatePromptTable(promptTable, new Map([[taskname, { ...prompt, record: rest }]]), new Date(date));
    records.set(taskname, record);
  }
  return records;
}
