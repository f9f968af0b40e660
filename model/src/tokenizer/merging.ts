/**
 * How good it is to merge two neighbours: the symbols from `start` to `middle` and from there to `end` of a text. The smallest
 * goes first; undefined where they are not merged.
 */
export type MergeRank = (start: number, middle: number, end: number) => number | undefined;

/** Symbols that are looked at between two pauses. */
const PIECE = 500;

/**
 * Merges the symbols of a text as byte pair encoding does: of all neighbours those that rank first, the leftmost of equals,
 * until there are none. The text may be long: it takes some dozens of bytes for each symbol.
 *
 * @param ends where each symbol ends, in order
 * @returns where each of those ends that are left
 */
export function* mergeNeighbours(ends: readonly number[], rankOf: MergeRank): Generator<void, number[]> {
  const length = ends.at(-1) ?? 0;
  /** By the start of a symbol: where it ends; 0 for what is no start any more. */
  const endOf = new Int32Array(length);
  /** By the start of a symbol: where the one in front starts. */
  const before = new Int32Array(length).fill(-1);
  const agenda = new Agenda();
  const consider = (start: number): void => {
    const middle = endOf[start]!;
    if (middle >= length) return;
    const end = endOf[middle]!;
    const rank = rankOf(start, middle, end);
    if (rank !== undefined) agenda.push(rank, start, middle, end);
  };
  for (let i = 0, start = 0; i < ends.length; i++) {
    const end = ends[i]!;
    endOf[start] = end;
    if (end < length) before[end] = start;
    start = end;
    if (i % PIECE === PIECE - 1) yield;
  }
  for (let start = 0, done = 1; start < length; start = endOf[start]!, done++) {
    consider(start);
    if (done % PIECE === 0) yield;
  }
  for (let done = 0; agenda.pop(); done++) {
    if (done % PIECE === PIECE - 1) yield;
    const { start: left, middle, end } = agenda;
    // One of the two has been merged with something else meanwhile.
    if (endOf[left] !== middle || endOf[middle] !== end) continue;
    endOf[left] = end;
    endOf[middle] = 0;
    if (end < length) before[end] = left;
    if (before[left]! >= 0) consider(before[left]!);
    consider(left);
  }
  const merged: number[] = [];
  for (let at = 0; at < length; at = endOf[at]!) merged.push(endOf[at]!);
  return merged;
}

/** Merges that may be made, as a heap: the one that ranks first, then the leftmost. */
class Agenda {
  /** Of what was taken last. */
  start = 0;
  middle = 0;
  end = 0;
  #ranks = new Float64Array(64);
  #places = new Int32Array(64 * 3);
  #size = 0;

  push(rank: number, start: number, middle: number, end: number): void {
    if (this.#size === this.#ranks.length) this.#grow();
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(rank, start, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, rank, start, middle, end);
  }

  /** Takes the first; false when there is none. */
  pop(): boolean {
    if (this.#size === 0) return false;
    [this.start, this.middle, this.end] = [this.#places[0]!, this.#places[1]!, this.#places[2]!];
    this.#size -= 1;
    const size = this.#size;
    const rank = this.#ranks[size]!;
    const start = this.#places[size * 3]!;
    const middle = this.#places[size * 3 + 1]!;
    const end = this.#places[size * 3 + 2]!;
    let at = 0;
    while (true) {
      let child = at * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(this.#ranks[child + 1]!, this.#places[(child + 1) * 3]!, child))
        child += 1;
      if (this.#isBefore(rank, start, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, rank, start, middle, end);
    return true;
  }

  #isBefore(rank: number, start: number, other: number): boolean {
    const otherRank = this.#ranks[other]!;
    return rank < otherRank || (rank === otherRank && start < this.#places[other * 3]!);
  }

  #move(from: number, to: number): void {
    this.#ranks[to] = this.#ranks[from]!;
    this.#places.copyWithin(to * 3, from * 3, from * 3 + 3);
  }

  #put(at: number, rank: number, start: number, middle: number, end: number): void {
    this.#ranks[at] = rank;
    this.#places[at * 3] = start;
    this.#places[at * 3 + 1] = middle;
    this.#places[at * 3 + 2] = end;
  }

  #grow(): void {
    const [ranks, places] = [this.#ranks, this.#places];
    this.#ranks = new Float64Array(ranks.length * 2);
    this.#ranks.set(ranks);
    this.#places = new Int32Array(places.length * 2);
    this.#places.set(places);
  }
}
