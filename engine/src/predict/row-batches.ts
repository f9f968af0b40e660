import type { BranchedRow } from '../data/packed-rows.ts';
import { sum } from '../vectors.ts';

/** What one run may hold. */
export interface RunBudget {
  readonly rows: number;
  /** Logits rows. */
  readonly queries: number;
}

/** How many tokens, padding of attention included, go through the backbone in one run. */
const TOKENS_A_RUN = 4096;

/**
 * Row numbers in batches of like length, each within the budget.
 * @param extra tokens that each row will have besides
 */
export function rowBatches(rows: readonly BranchedRow[], budget: RunBudget, extra = 0): number[][] {
  const size = (row: BranchedRow) => row.ids.length + extra + sum(row.branches.map((branch) => branch.length));
  const order = rows.map((row, index) => ({ index, size: size(row) })).sort((a, b) => a.size - b.size);
  const result: number[][] = [];
  let batch: number[] = [];
  let queries = 0;
  for (const { index, size: slots } of order) {
    const added = queriesOf(rows[index]!.branches);
    const full =
      batch.length >= budget.rows || (batch.length + 1) * slots > TOKENS_A_RUN || queries + added > budget.queries;
    if (batch.length > 0 && full) {
      result.push(batch);
      batch = [];
      queries = 0;
    }
    batch.push(index);
    queries += added;
  }
  if (batch.length > 0) result.push(batch);
  return result;
}

/** How many logits rows a row with these branches asks for: at its last token, and within each branch. */
export function queriesOf(branches: readonly Int32Array[]): number {
  return 1 + sum(branches.map((branch) => Math.max(0, branch.length - 1)));
}

/** The wanted branches, by number, in parts that each ask for at most `most` queries, where a single one does not ask for more. */
export function branchParts(branches: readonly Int32Array[], wanted: readonly number[], most: number): number[][] {
  const parts: number[][] = [];
  let queries = 0;
  for (const n of wanted) {
    const added = Math.max(0, branches[n]!.length - 1);
    if (parts.length === 0 || queries + added > most) {
      parts.push([]);
      queries = 1;
    }
    parts.at(-1)!.push(n);
    queries += added;
  }
  return parts;
}

/** How many tokens a row has, those of the prefix included. */
export function lengthOf({ position, ids }: BranchedRow): number {
  return position + ids.length;
}
