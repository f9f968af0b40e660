import { HashCounts } from './hash-counts.ts';
import { hashKey } from './text-hash.ts';

/** The hashes that occur several times among those of rows that come and go. */
export class Repeats {
  readonly #counts: HashCounts;
  readonly #keys = new Set<number>();

  /** @param expected about how many different hashes will be added */
  constructor(expected = 0) {
    this.#counts = new HashCounts(expected);
  }

  /** Of the hashes that occur several times. */
  get keys(): ReadonlySet<number> {
    return this.#keys;
  }

  add(high: number, low: number): void {
    if (this.#counts.add(high, low) === 2) this.#keys.add(hashKey(high, low));
  }

  remove(high: number, low: number): void {
    if (this.#counts.remove(high, low) === 1) this.#keys.delete(hashKey(high, low));
  }
}

/** How many bits a hash has in each of the two sets; with 16, one in 17 of those that occur once is not told from others. */
const BITS_A_HASH = 16;
/** 2^28 bits are 32 MB. */
const MOST_BITS = 28;

/** Tells most hashes that occur once from those that occur several times, in 4 bytes each; or in 6, those of one file from those of several. */
export class RepeatSieve {
  readonly #once: Uint32Array;
  readonly #again: Uint32Array;
  /** Of the present file. */
  readonly #own: Uint32Array | undefined;
  readonly #mask: number;

  /**
   * @param hashes about how many will be added
   * @param isByFile whether those that one file has several times count once
   */
  constructor(hashes: number, isByFile: boolean) {
    const bits = 2 ** Math.min(MOST_BITS, Math.ceil(Math.log2(Math.max(32, hashes * BITS_A_HASH))));
    this.#once = new Uint32Array(bits / 32);
    this.#again = new Uint32Array(bits / 32);
    this.#own = isByFile ? new Uint32Array(bits / 32) : undefined;
    this.#mask = bits - 1;
  }

  add(low: number): void {
    const place = low & this.#mask;
    const bit = 1 << (place & 31);
    if (this.#own !== undefined) this.#own[place >>> 5]! |= bit;
    else if ((this.#once[place >>> 5]! & bit) === 0) this.#once[place >>> 5]! |= bit;
    else this.#again[place >>> 5]! |= bit;
  }

  endFile(): void {
    const own = this.#own;
    if (own === undefined) return;
    for (let i = 0; i < own.length; i++) {
      this.#again[i]! |= this.#once[i]! & own[i]!;
      this.#once[i]! |= own[i]!;
    }
    own.fill(0);
  }

  /** Whether a hash may have been added several times; true of each that was. */
  mayRepeat(low: number): boolean {
    const place = low & this.#mask;
    return (this.#again[place >>> 5]! & (1 << (place & 31))) !== 0;
  }
}
