import type { DataFacts, Split, TaskDataFacts } from '../../../task/src/data-facts.ts';

/** How many rows of each split have a label; a file that is in two splits counts in both. */
export function labelRows({ files }: DataFacts, facts: TaskDataFacts, label: string): Record<Split, number> {
  const rows: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  for (const { path, mentions } of files) {
    const count = facts.labelsByFile.get(path)?.get(label) ?? 0;
    for (const split of new Set(mentions.map((mention) => mention.split))) rows[split] += count;
  }
  return rows;
}
