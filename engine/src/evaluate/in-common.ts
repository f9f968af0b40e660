/** What two lists have in common, each thing as often as both have it: the intersection of multisets, in the order of `other`. */
export function inCommon<T>(one: readonly T[], other: readonly T[], keyOf: (thing: T) => string): T[] {
  const left = new Map<string, number>();
  for (const thing of one) left.set(keyOf(thing), (left.get(keyOf(thing)) ?? 0) + 1);
  return other.filter((thing) => {
    const count = left.get(keyOf(thing)) ?? 0;
    if (count > 0) left.set(keyOf(thing), count - 1);
    return count > 0;
  });
}
