type Entry = readonly [text: string, id: number];

/** Finds which of many texts begin at a place of another text. It takes hardly more memory than the texts. */
export class PrefixTable {
  /** In order of their UTF-16 units. */
  readonly #texts: readonly string[];
  readonly #ids: readonly number[];

  private constructor(sorted: readonly Entry[]) {
    this.#texts = sorted.map(([text]) => text);
    this.#ids = sorted.map(([, id]) => id);
  }

  /** Sorting many texts takes long, so it is done in steps. */
  static *of(entries: Iterable<Entry>): Generator<void, PrefixTable> {
    let runs: Entry[][] = [];
    for (const entry of entries) {
      if ((runs.at(-1)?.length ?? RUN) >= RUN) runs.push([]);
      runs.at(-1)!.push(entry);
    }
    for (const run of runs) {
      run.sort(inOrder);
      yield;
    }
    while (runs.length > 1) {
      const merged: Entry[][] = [];
      for (let i = 0; i < runs.length; i += 2) merged.push(yield* merge(runs[i]!, runs[i + 1] ?? []));
      runs = merged;
    }
    return new PrefixTable(runs[0] ?? []);
  }

  /** Calls `found` for each that begins there, the shortest first, with its length in UTF-16 units. */
  match(text: string, from: number, found: (length: number, id: number) => void): void {
    let low = 0;
    let high = this.#texts.length;
    for (let depth = 0; from + depth < text.length && low < high; depth++) {
      const unit = text.charCodeAt(from + depth);
      low = this.#first(low, high, depth, unit);
      high = this.#first(low, high, depth, unit + 1);
      // Of those that begin alike, the one that ends here is the first.
      if (low < high && this.#texts[low]!.length === depth + 1) found(depth + 1, this.#ids[low]!);
    }
  }

  /** The length of the longest that begins there; 0 for none. */
  longest(text: string, from: number): number {
    let longest = 0;
    this.match(text, from, (length) => {
      longest = length;
    });
    return longest;
  }

  /** The first whose unit at a depth is not below; a text that has ended is below all. */
  #first(from: number, to: number, depth: number, unit: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const text = this.#texts[middle]!;
      if (text.length <= depth || text.charCodeAt(depth) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Entries that are sorted or merged between two pauses. */
const RUN = 4_000;

function inOrder([a]: Entry, [b]: Entry): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function* merge(left: readonly Entry[], right: readonly Entry[]): Generator<void, Entry[]> {
  const merged: Entry[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const takesLeft = r >= right.length || (l < left.length && inOrder(left[l]!, right[r]!) <= 0);
    merged.push(takesLeft ? left[l++]! : right[r++]!);
    if (merged.length % RUN === 0) yield;
  }
  return merged;
}
