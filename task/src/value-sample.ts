/** How many values of a field are kept to judge all of them by. */
export const MAX_SAMPLED_VALUES = 256;
/** In UTF-16 units; a longer text is cut, and its length kept. */
export const MAX_SAMPLED_LENGTH = 1000;

export interface SampledValue {
  /** At most MAX_SAMPLED_LENGTH units of it. */
  text: string;
  /** Of the whole text, in UTF-16 units. */
  length: number;
}

/**
 * Some values of a field, from all over its rows: all of them when there are few. Each row draws a number from its place
 * alone and the lowest are kept, so that the same rows always give the same sample, and none is likelier than another.
 */
export class ValueSample {
  readonly first: SampledValue;
  readonly #kept: (SampledValue & { draw: number })[] = [];
  #highest = 0;

  constructor(text: string, row: number) {
    this.add(text, row);
    this.first = this.#kept[0]!;
  }

  /** @param row the number of the row among all rows, from 0 */
  add(text: string, row: number): void {
    const draw = drawOf(row);
    const isFull = this.#kept.length >= MAX_SAMPLED_VALUES;
    if (isFull && draw >= this.#kept[this.#highest]!.draw) return;
    const kept = { text: detached(text.slice(0, MAX_SAMPLED_LENGTH)), length: text.length, draw };
    if (isFull) this.#kept[this.#highest] = kept;
    else this.#kept.push(kept);
    this.#highest = this.#kept.reduce((best, { draw }, i) => (draw > this.#kept[best]!.draw ? i : best), 0);
  }

  get values(): readonly SampledValue[] {
    return this.#kept;
  }
}

/** The part of a text is a view of the whole one, which it would keep in memory. */
function detached(part: string): string {
  return JSON.parse(JSON.stringify(part)) as string;
}

/** The final mix of murmur3: neighbouring numbers give unrelated ones. */
function drawOf(row: number): number {
  let draw = Math.imul(row ^ (row >>> 16), 0x85ebca6b);
  draw = Math.imul(draw ^ (draw >>> 13), 0xc2b2ae35);
  return (draw ^ (draw >>> 16)) >>> 0;
}
