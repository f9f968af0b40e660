import type { BranchedRow } from '../data/packed-rows.ts';
import { type Feed, float32, letGo } from '../runtime/tensor.ts';

/** Outputs of a graph with a past, of which the next run's is made. */
export const PRESENT = 'present_';

type Tensors = Readonly<Record<string, Feed>>;
type RowPast = NonNullable<BranchedRow['past']>;

/** Keys and values of rows' own tokens so far, [heads, rows, length, head size], and what they stand for in each row. */
export interface Past {
  /** Of which tokens a graph is to give out keys and values, for `extend`. */
  readonly asks: 'all' | 'new';
  readonly length: number;
  readonly rows: readonly RowPast[];
  readonly cache: Tensors;
  /** Takes in the tokens that `rows` were run with, of which `given` are the `PRESENT` outputs. */
  extend(rows: readonly BranchedRow[], given: Tensors): void;
  /**
   * Lets go of all rows but some.
   * @param rows their numbers, in order; they are counted anew
   * @returns whether it has; where it stays as it was, the others have to go along
   */
  keepRows(rows: readonly number[]): boolean;
  release(): void;
}

/** A past that stays where it is computed: a run gives out all of it, once more and longer. */
export class HeldPast implements Past {
  readonly asks = 'all';
  // A product without any key ends the process on WebGPU, so there is one from the beginning, which no row sees.
  length = 1;
  rows: readonly RowPast[];
  cache: Tensors;

  /** @param prefix keys and values of the rows' prefix, [heads, prefix, head size] */
  constructor(prefix: Tensors, rows: number) {
    this.rows = Array.from({ length: rows }, () => nothingSeen(1));
    this.cache = emptyCache(prefix, rows, 1);
  }

  extend(rows: readonly BranchedRow[], given: Tensors): void {
    letGo(this.cache);
    const slots = longest(rows);
    this.rows = rows.map((row, n) => seenToo(this.rows[n]!, row, this.length, this.length + slots));
    this.length += slots;
    this.cache = Object.fromEntries(Object.entries(given).map(([name, feed]) => [pastName(name, PRESENT), feed]));
  }

  /** Picking rows on the device would take a graph of its own. */
  keepRows(): boolean {
    return false;
  }

  release(): void {
    letGo(this.cache);
  }
}

/** Tokens that there is room for at first, and at least whenever there is no more. */
const ROOM = 32;

/**
 * A past in this process's memory, with room for more behind what is there, which no row sees. So a token's keys and values are all
 * that is copied for it, and not those of all tokens before it.
 */
export class RoomyPast implements Past {
  readonly asks = 'new';
  length = ROOM;
  rows: readonly RowPast[];
  cache: Tensors;
  private used = 0;

  /** @param prefix keys and values of the rows' prefix, [heads, prefix, head size] */
  constructor(prefix: Tensors, rows: number) {
    this.rows = Array.from({ length: rows }, () => nothingSeen(ROOM));
    this.cache = emptyCache(prefix, rows, ROOM);
  }

  extend(rows: readonly BranchedRow[], given: Tensors): void {
    const slots = longest(rows);
    if (this.used + slots > this.length) this.grow(grownLength(this.used, slots));
    for (const [name, feed] of Object.entries(given)) {
      place(feed, this.cache[pastName(name, PRESENT)]!, this.used, slots);
    }
    this.rows = rows.map((row, n) => seenToo(this.rows[n]!, row, this.used, this.length));
    this.used += slots;
  }

  keepRows(rows: readonly number[]): boolean {
    const fewer = emptyCache(this.cache, rows.length, this.length);
    for (const [name, feed] of Object.entries(this.cache)) placeRows(feed, fewer[name]!, rows, this.used);
    this.cache = fewer;
    this.rows = rows.map((row) => this.rows[row]!);
    return true;
  }

  release(): void {
    // Garbage collection takes what is in this process's memory.
  }

  private grow(length: number): void {
    const roomy = emptyCache(this.cache, this.rows.length, length);
    for (const [name, feed] of Object.entries(this.cache)) place(feed, roomy[name]!, 0, this.used);
    this.cache = roomy;
    this.length = length;
  }
}

function grownLength(used: number, slots: number): number {
  return used + slots + Math.max(ROOM, used >> 1);
}

/**
 * How many tokens of a row a `RoomyPast` is in memory for at most, while it takes in so many at once and then others one by one: for
 * those that it has room for, before it grows and after, and for those that are given.
 */
export function slotsAtMost(atOnce: number, oneByOne: number): number {
  let length = ROOM;
  let used = 0;
  let most = ROOM;
  for (let taken = 0; taken <= oneByOne; taken++) {
    const slots = taken === 0 ? atOnce : 1;
    const grown = used + slots > length ? grownLength(used, slots) : 0;
    most = Math.max(most, slots + length + grown);
    length = grown || length;
    used += slots;
  }
  return most;
}

/** Of keys and values by head, [heads, …, head size], with nothing in them. */
function emptyCache(like: Tensors, rows: number, length: number): Record<string, Feed> {
  return Object.fromEntries(
    Object.entries(like).map(([name, { dims }]) => {
      const [heads, headSize] = [dims[0]!, dims.at(-1)!];
      return [
        pastName(name, 'prefix_'),
        float32(new Float32Array(heads * rows * length * headSize), [heads, rows, length, headSize]),
      ];
    }),
  );
}

function pastName(name: string, prefix: string): string {
  return name.startsWith(prefix) ? `past_${name.slice(prefix.length)}` : name;
}

/** Puts the first `slots` tokens of each head and row into another tensor of the same heads and rows, from place `at` on. */
function place(from: Feed, into: Feed, at: number, slots: number): void {
  const [source, target] = [inMemory(from), inMemory(into)];
  const headSize = from.dims.at(-1)!;
  for (let start = 0, to = at * headSize; start < source.data.length; start += source.width, to += target.width) {
    target.data.set(source.data.subarray(start, start + slots * headSize), to);
  }
}

/** Puts the first `slots` tokens of some rows into a tensor of those rows alone, of the same heads and length. */
function placeRows(from: Feed, into: Feed, rows: readonly number[], slots: number): void {
  const [source, target] = [inMemory(from), inMemory(into)];
  const [heads, before, , headSize] = from.dims as [number, number, number, number];
  for (let head = 0, to = 0; head < heads; head++) {
    for (const row of rows) {
      const start = (head * before + row) * source.width;
      target.data.set(source.data.subarray(start, start + slots * headSize), to);
      to += target.width;
    }
  }
}

/** The numbers of a past [heads, rows, length, head size], and how many of them are of one row in one head. */
function inMemory(feed: Feed): { readonly data: Float32Array; readonly width: number } {
  if (feed.type !== 'float32') throw new Error(`a past of ${feed.type} is not in this process's memory`);
  return { data: feed.data, width: feed.dims.at(-2)! * feed.dims.at(-1)! };
}

function longest(rows: readonly BranchedRow[]): number {
  return Math.max(...rows.map((row) => row.ids.length));
}

function nothingSeen(length: number): RowPast {
  return { visible: new Uint8Array(length), places: new Int32Array(length) };
}

/** What a row sees of a past of `length` tokens, once its new ones stand there from `at` on. */
function seenToo(past: RowPast, { ids, position }: BranchedRow, at: number, length: number): RowPast {
  const { visible, places } = nothingSeen(length);
  visible.set(past.visible.subarray(0, at));
  visible.fill(1, at, at + ids.length);
  places.set(past.places.subarray(0, at));
  places.set(
    ids.map((_, i) => position + i),
    at,
  );
  return { visible, places };
}
