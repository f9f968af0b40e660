/** `49 rows`, `1 row`. */
export function countOf(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** `81.6%` */
export function percentOf(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
