import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * Seeded random numbers (xoroshiro128+). The same seed gives the same numbers on every machine: only operations that
 * IEEE 754 rounds exactly are used, and V8's own logarithm.
 */
export class Random {
  readonly #origin: readonly string[];
  readonly #generator: RandomGenerator;
  /** The second of two normal numbers that were made at once. */
  #spare: number | null = null;

  /** @param origin the seed and the labels of the forks that led here */
  private constructor(origin: readonly string[], generator: RandomGenerator) {
    this.#origin = origin;
    this.#generator = generator;
  }

  static fromSeed(seed: number): Random {
    return Random.#fromOrigin([String(seed)]);
  }

  static #fromOrigin(origin: readonly string[]): Random {
    // Hashed, because xoroshiro's first numbers from similar seeds are similar.
    const hash = createHash('sha256').update(JSON.stringify(origin)).digest();
    const words = [0, 4, 8, 12].map((at) => hash.readInt32LE(at));
    const usable = words.some((word) => word !== 0);
    return new Random(origin, usable ? xoroshiro128plusFromState(words) : xoroshiro128plus(1));
  }

  /**
   * Another generator, whose numbers depend on this one's seed and the label, but not on how many numbers were drawn
   * from this one: a part of a program that draws more does not change what the others get.
   */
  fork(label: string): Random {
    return Random.#fromOrigin([...this.#origin, label]);
  }

  /** Uniform in [low, high), 53 bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /** Normal with the given mean and standard deviation (Marsaglia's polar method). */
  normal(mean = 0, deviation = 1): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return mean + deviation * spare;
    }
    for (;;) {
      const x = this.uniform(-1, 1);
      const y = this.uniform(-1, 1);
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * factor;
      return mean + deviation * x * factor;
    }
  }

  /** A whole number in 0 … n − 1, each as likely. @throws RangeError unless n is a whole number above 0 */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`cannot draw one of ${n} numbers`);
    return uniformInt(this.#generator, 0, n - 1);
  }

  /** The items in a random order, every order as likely (Fisher and Yates); a new array. */
  shuffle<T>(items: Iterable<T>): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
