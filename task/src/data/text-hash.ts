/**
 * 64 bits of a text, in two halves. 43 of them (`foldedHigh` and the lower half) are the same for texts that differ in letter case,
 * blanks or the composition of letters alone; the other 21 tell such texts apart. So unequal texts share all of them once in about
 * 10^19 pairs, or once in two million pairs of texts that differ in that alone.
 */
export interface TextHash {
  high: number;
  low: number;
}

const HIGH = 2654435761;
const LOW = 1597334677;
const EXACT = 2246822519;
const EXACT_BITS = 21;
const EXACT_MASK = 2 ** EXACT_BITS - 1;

/** The letter that each unit below 256 is folded to, and what the lanes are multiplied by there: 1 passes over a blank. */
const FOLDED = new Int32Array(256);
const HIGH_AT = new Int32Array(256).fill(HIGH);
const LOW_AT = new Int32Array(256).fill(LOW);
for (let unit = 0; unit < 256; unit++) {
  const letter = String.fromCharCode(unit);
  if (!/\s/.test(letter)) FOLDED[unit] = letter.toLowerCase().charCodeAt(0);
  else HIGH_AT[unit] = LOW_AT[unit] = 1;
}
/** Blanks beyond those. */
const WIDE_BLANKS = new Set([...'\u1680\u2028\u2029\u202f\u205f\u3000\ufeff'].map((blank) => blank.charCodeAt(0)));
for (let unit = 0x2000; unit <= 0x200a; unit++) WIDE_BLANKS.add(unit);

/** FNV-like lanes with other multipliers and a final mix (as in cyrb53). */
export function hashText(text: string, into: TextHash): void {
  let high = START_HIGH;
  let low = START_LOW;
  let exact = START_EXACT;
  let units = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    units |= unit;
    exact = Math.imul(exact ^ unit, EXACT);
    const folded = FOLDED[unit & 255]!;
    high = Math.imul(high ^ folded, HIGH_AT[unit & 255]!);
    low = Math.imul(low ^ folded, LOW_AT[unit & 255]!);
  }
  // Letters below 256 are composed, and each is folded by itself.
  if (units > 255) hashFolded(text.normalize('NFC').toLowerCase(), into);
  else finish(high, low, into);
  exact = Math.imul(exact ^ (exact >>> 16), 2246822507);
  exact = Math.imul(exact ^ (exact >>> 13), 3266489909);
  into.high = ((into.high & ~EXACT_MASK) | ((exact ^ (exact >>> 16)) & EXACT_MASK)) >>> 0;
}

const START_HIGH = 0xdeadbeef | 0;
const START_LOW = 0x41c6ce57;
const START_EXACT = 0x2545f491;

function hashFolded(text: string, into: TextHash): void {
  let high = START_HIGH;
  let low = START_LOW;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 256 ? HIGH_AT[unit] === 1 : WIDE_BLANKS.has(unit)) continue;
    high = Math.imul(high ^ unit, HIGH);
    low = Math.imul(low ^ unit, LOW);
  }
  finish(high, low, into);
}

/** The upper half of the hash of a text but for the bits that tell letter case, blanks and composition apart. */
export function foldedHigh(high: number): number {
  return high >>> EXACT_BITS;
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

/** The hash as one whole number, of which 11 bits do not fit; in the hash of a text those are none that tell letter case apart. */
export function hashKey(high: number, low: number): number {
  return (high & 0x1fffff) * 0x1_0000_0000 + low;
}

/** 32 bits of the hash of a text that depend on all of it. */
export function drawOf(high: number, low: number): number {
  return (low ^ (high << (32 - EXACT_BITS))) >>> 0;
}

/**
 * A whole number for several texts, the same where they differ in letter case, blanks or composition alone; others share it once in
 * about 10^13 pairs.
 */
export function likenessKey(texts: readonly string[]): number {
  const all = { high: 0, low: 0 };
  const one = { high: 0, low: 0 };
  for (const text of texts) {
    hashText(text, one);
    mixInto(all, foldedHigh(one.high), one.low);
  }
  return hashKey(all.high, all.low);
}
