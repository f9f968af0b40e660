const FIRST_CAPACITY = 256;
/** High half, low half and count. */
const NUMBERS = 3;

/** How often each hash occurs: an open hash table, 12 bytes a slot, at most two thirds full. The hash of zeros is none. */
export class HashCounts {
  #table = new Uint32Array(FIRST_CAPACITY * NUMBERS);
  #mask = FIRST_CAPACITY - 1;
  /** Slots that have a hash, whose count may have gone back to 0. */
  #taken = 0;
  #distinct = 0;

  /** @param expected about how many different hashes will be added */
  constructor(expected = 0) {
    this.#makeRoom(expected);
  }

  /** Forgets all, and keeps the table for as many again. */
  clear(): void {
    this.#table.fill(0);
    this.#taken = 0;
    this.#distinct = 0;
  }

  /** How many different hashes there are. */
  get distinct(): number {
    return this.#distinct;
  }

  get(high: number, low: number): number {
    return this.#table[this.#slot(high, low) + 2]!;
  }

  /** @returns how often it occurs now */
  add(high: number, low: number): number {
    const table = this.#table;
    const slot = this.#slot(high, low);
    const count = table[slot + 2]! + 1;
    table[slot + 2] = count;
    if (count > 1) return count;
    this.#distinct += 1;
    if (table[slot] === 0 && table[slot + 1] === 0) {
      table[slot] = high;
      table[slot + 1] = low;
      this.#taken += 1;
      if (this.#taken * 3 > (this.#mask + 1) * 2) this.#makeRoom(this.#distinct * 2);
    }
    return count;
  }

  /**
   * Takes back one that was added.
   *
   * @returns how often it occurs now
   */
  remove(high: number, low: number): number {
    const slot = this.#slot(high, low) + 2;
    const count = this.#table[slot]! - 1;
    this.#table[slot] = count;
    if (count === 0) this.#distinct -= 1;
    return count;
  }

  /** Where the numbers of a hash are, or where they can be put. */
  #slot(high: number, low: number): number {
    const table = this.#table;
    let slot = low & this.#mask;
    for (let at = slot * NUMBERS; ; at = slot * NUMBERS) {
      const isFree = table[at] === 0 && table[at + 1] === 0;
      if (isFree || (table[at + 1] === low && table[at] === high)) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Makes the table fit for so many hashes, and forgets those whose count is 0. */
  #makeRoom(hashes: number): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(hashes * 1.5 + 1)));
    const old = this.#table;
    this.#table = new Uint32Array(capacity * NUMBERS);
    this.#mask = capacity - 1;
    this.#taken = 0;
    for (let at = 0; at < old.length; at += NUMBERS) {
      const count = old[at + 2]!;
      if (count === 0) continue;
      const slot = this.#slot(old[at]!, old[at + 1]!);
      this.#table[slot] = old[at]!;
      this.#table[slot + 1] = old[at + 1]!;
      this.#table[slot + 2] = count;
      this.#taken += 1;
    }
  }
}
