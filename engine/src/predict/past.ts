import type { BranchedRow } from '../data/packed-rows.ts';
import { type Feed, float32 } from '../runtime/tensor.ts';

/** Outputs that a graph with a past gives to the next run's. */
export const PRESENT = 'present_';

/** Keys and values of rows' own tokens so far, [heads, rows, length, head size], and for each row what they stand for. */
export interface Past {
  readonly length: number;
  readonly rows: readonly NonNullable<BranchedRow['past']>[];
  readonly cache: Readonly<Record<string, Feed>> | undefined;
}

/** Of rows that have no tokens of their own yet. */
export function emptyPast(rows: number): Past {
  const nothing = { visible: new Uint8Array(0), places: new Int32Array(0) };
  return { length: 0, rows: Array.from({ length: rows }, () => nothing), cache: undefined };
}

/** The cache of a past; at first, one of no tokens that is like that of the prefix. */
export function pastFeeds(prefix: Readonly<Record<string, Feed>>, past: Past): Readonly<Record<string, Feed>> {
  if (past.cache) return past.cache;
  return Object.fromEntries(
    Object.entries(prefix).map(([name, { dims }]) => [
      name.replace(/^prefix_/, 'past_'),
      float32(new Float32Array(0), [dims[0]!, past.rows.length, 0, dims[2]!]),
    ]),
  );
}

/** A past with the tokens that `rows` were run with, whose keys and values were kept. */
export function extendPast(past: Past, rows: readonly BranchedRow[], kept: Readonly<Record<string, Feed>>): Past {
  const slots = Math.max(...rows.map((row) => row.ids.length));
  const cache = Object.fromEntries(Object.entries(kept).map(([name, feed]) => [name.replace(PRESENT, 'past_'), feed]));
  const extended = rows.map((row, n) => {
    const visible = new Uint8Array(past.length + slots);
    visible.set(past.rows[n]!.visible);
    visible.fill(1, past.length, past.length + row.ids.length);
    const places = new Int32Array(past.length + slots);
    places.set(past.rows[n]!.places);
    places.set(
      row.ids.map((_, i) => row.position + i),
      past.length,
    );
    return { visible, places };
  });
  return { length: past.length + slots, rows: extended, cache };
}
