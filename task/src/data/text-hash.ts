/** 64 bits of a text, in two halves; unequal texts share them once in about 10^19 pairs. */
export interface TextHash {
  high: number;
  low: number;
}

const HIGH = 2654435761;
const LOW = 1597334677;

/** FNV-like, two lanes with other multipliers and a final mix (as in cyrb53). */
export function hashText(text: string, into: TextHash): void {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, HIGH);
    low = Math.imul(low ^ unit, LOW);
  }
  finish(high, low, into);
}

/** Takes one more half pair into a hash that is made of others; the order of pairs counts. */
export function mixInto(into: TextHash, high: number, low: number): void {
  const rotated = (into.high << 13) | (into.high >>> 19);
  finish(Math.imul(rotated ^ high, HIGH), Math.imul(into.low ^ low, LOW), into);
}

function finish(first: number, second: number, into: TextHash): void {
  const high = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  const low = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  into.high = high >>> 0;
  into.low = low >>> 0;
}

/** The hash as one whole number, of which 11 bits do not fit. */
export function hashKey(high: number, low: number): number {
  return (high & 0x1fffff) * 0x1_0000_0000 + low;
}
