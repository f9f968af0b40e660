import type { RowObject } from './rows.ts';

/** 64 bits of a row's text, in two halves; unequal rows share them once in about 10^19 pairs. */
export interface RowHash {
  high: number;
  low: number;
}

/**
 * The hash of what a template makes of a row: its task and the fields it uses, in order. Rows that differ only in other
 * fields are the same to the model. FNV-like, two lanes with other multipliers and a final mix (as in cyrb53).
 */
export function hashRow(taskname: string, fields: readonly string[], row: RowObject, into: RowHash): void {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let f = -1; f < fields.length; f++) {
    const value = f < 0 ? taskname : row[fields[f]!];
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
    // No unit has this value, so that "ab"+"c" and "a"+"bc" differ.
    high = Math.imul(high ^ 0x10001, 2654435761);
    low = Math.imul(low ^ 0x10001, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  into.high = high >>> 0;
  into.low = low >>> 0;
}

const FIRST_CAPACITY = 1024;

/** Which rows a file has, by hash, and on which line each stood first; 12 bytes a slot, at most two thirds full. */
export class RowSet {
  #capacity = FIRST_CAPACITY;
  #size = 0;
  #high = new Uint32Array(FIRST_CAPACITY);
  #low = new Uint32Array(FIRST_CAPACITY);
  /** Line plus one; 0 is an empty slot. */
  #line = new Uint32Array(FIRST_CAPACITY);

  get size(): number {
    return this.#size;
  }

  /** The line of the first row with this hash, or -1. */
  find(hash: RowHash): number {
    return this.#line[this.#slot(hash.high, hash.low)]! - 1;
  }

  /** Adds a row unless its like is there already, whose line is given back; -1 when it was added. */
  add(hash: RowHash, line: number): number {
    const slot = this.#slot(hash.high, hash.low);
    const there = this.#line[slot]! - 1;
    if (there >= 0) return there;
    this.#high[slot] = hash.high;
    this.#low[slot] = hash.low;
    this.#line[slot] = line + 1;
    this.#size += 1;
    if (this.#size * 3 > this.#capacity * 2) this.#grow();
    return -1;
  }

  #slot(high: number, low: number): number {
    const mask = this.#capacity - 1;
    let slot = low & mask;
    while (this.#line[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [high, low, line] = [this.#high, this.#low, this.#line];
    this.#capacity *= 2;
    this.#high = new Uint32Array(this.#capacity);
    this.#low = new Uint32Array(this.#capacity);
    this.#line = new Uint32Array(this.#capacity);
    for (let i = 0; i < line.length; i++) {
      if (line[i] === 0) continue;
      const slot = this.#slot(high[i]!, low[i]!);
      this.#high[slot] = high[i]!;
      this.#low[slot] = low[i]!;
      this.#line[slot] = line[i]!;
    }
  }
}
