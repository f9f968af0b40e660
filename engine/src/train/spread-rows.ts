import type { Rows } from '../data/row-store.ts';
import type { TaskRow } from './batch-runs.ts';

/** At most so many rows of a store, at even distances. */
export function spreadRows(store: Rows, most: number): TaskRow[] {
  const count = Math.min(store.size, most);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * store.size) / count);
    return { taskname: store.taskname(row), row: store.tokens(row) };
  });
}
