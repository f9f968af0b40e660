import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Rows } from '../data/row-store.ts';
import { formMapper } from './metrics.ts';

export interface Majority {
  readonly label: string;
  /** Share of the rows that have it: the accuracy of always answering it. */
  readonly share: number;
}

/** The commonest label of some rows; undefined for a task without labels, and without rows. */
export function majority(template: TaskTemplate, store: Rows, numbers: readonly number[]): Majority | undefined {
  if (!template.labels || numbers.length === 0) return undefined;
  const canonical = formMapper(template.labels);
  const counts = new Map<string, number>();
  for (const number of numbers) {
    const label = canonical(String(store.row(number)[template.answer_field ?? ''] ?? ''));
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  let best: Majority | undefined;
  for (const [label, rows] of counts) {
    if (!best || rows / numbers.length > best.share) best = { label, share: rows / numbers.length };
  }
  return best;
}
