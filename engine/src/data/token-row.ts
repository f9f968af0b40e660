/** A filled template as the backbone sees it. */
export interface TokenRow {
  /** Token ids; −1 − k stands for virtual token k of the row's task. */
  readonly ids: Int32Array;
  /** Index of the first token that the loss counts. From there on every token but virtual ones is a target. */
  readonly firstTarget: number;
}

/** How many tokens of the row the loss counts. */
export function countTargets(row: TokenRow): number {
  let count = 0;
  for (let i = row.firstTarget; i < row.ids.length; i++) if (row.ids[i]! >= 0) count++;
  return count;
}
