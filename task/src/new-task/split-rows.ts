import type { Split } from '../data-facts.ts';
import type { TaskRow } from './task-rows.ts';

/** Of fewer rows none is held out. */
const FEWEST = 5;

/**
 * Which split each row is for. Of each label the same share goes to the validation and to the test rows, at least one row of five;
 * of free text, of all rows together. It follows from the rows alone: in whatever order they stand, each is for the same split. Rows
 * with the same texts are for one split, whatever their answers.
 * @param share of the rows for validation, and of those for the test; from 0 to 0.4
 */
export function splitRows(
  rows: readonly Pick<TaskRow, 'key' | 'answer'>[],
  areLabels: boolean,
  share: number,
): Split[] {
  const keys = new Map<string, Set<number>>();
  const seen = new Set<number>();
  // Which label a text with several counts for must not depend on the order.
  const labels = new Map<number, string>();
  for (const { key, answer } of areLabels ? rows : []) {
    const other = labels.get(key);
    if (other === undefined || answer < other) labels.set(key, answer);
  }
  for (const { key } of rows) {
    if (seen.has(key)) continue;
    seen.add(key);
    const label = labels.get(key) ?? '';
    const own = keys.get(label);
    if (own) own.add(key);
    else keys.set(label, new Set([key]));
  }
  const splits = new Map<number, Split>();
  for (const own of keys.values()) {
    const held = own.size < FEWEST || share === 0 ? 0 : Math.max(1, Math.round(own.size * share));
    for (const [place, key] of [...own].sort((a, b) => a - b).entries()) {
      if (place < 2 * held) splits.set(key, place < held ? 'test' : 'validation');
    }
  }
  return rows.map(({ key }) => splits.get(key) ?? 'train');
}
