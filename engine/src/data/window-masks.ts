import { keyPlacesName, type MaskName, windowMaskName } from '../backbone/attention.ts';
import { float32, type TensorData } from '../runtime/tensor.ts';
import { HIDDEN } from './head-layout.ts';

/** A mask, and where in their sequences the tokens stand that look and that are looked at. */
export interface PlacedMask {
  /** [1, rows, slots, keys] (or, of one row, [1, slots, keys]), 0 or very negative */
  readonly mask: TensorData;
  /** [rows · slots] */
  readonly queries: Int32Array;
  /** [rows · keys] */
  readonly keys: Int32Array;
}

/** The masks for layers in which a token sees `window` tokens, itself included: → inputs by name, for each window. */
export function windowMaskFeeds(
  windows: readonly number[],
  masks: Partial<Record<MaskName, PlacedMask>>,
): Record<string, TensorData> {
  const feeds: Record<string, TensorData> = {};
  for (const window of windows) {
    for (const [name, placed] of Object.entries(masks) as [MaskName, PlacedMask][])
      feeds[windowMaskName(name, window)] = hideOutside(placed, window);
  }
  return feeds;
}

/** The mask itself, where nothing that it shows lies outside the window. */
function hideOutside({ mask, queries, keys }: PlacedMask, window: number): TensorData {
  const reach = Math.max(...queries) - window;
  if (reach < 0) return mask;
  const width = mask.dims.at(-1)!;
  const slots = mask.dims.at(-2)!;
  const values = (mask.data as Float32Array).slice();
  queries.forEach((place, query) => {
    const first = Math.floor(query / slots) * width;
    for (let key = 0; key < width; key++)
      if (keys[first + key]! <= place - window) values[query * width + key] = HIDDEN;
  });
  return float32(values, mask.dims);
}

/** 0, 1, … : the places of the tokens of a prefix. */
export function counted(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/**
 * The places of all keys of `rows` rows, [rows · keys]: each row sees the prefix and its own part of each of `own`.
 * @param own [rows · n] each
 */
export function keyPlaces(rows: number, prefix: number, own: readonly Int32Array[]): Int32Array {
  const shared = counted(prefix);
  const keys: number[] = [];
  for (let row = 0; row < rows; row++) {
    keys.push(...shared);
    for (const places of own) {
      const each = places.length / rows;
      keys.push(...places.subarray(row * each, (row + 1) * each));
    }
  }
  return Int32Array.from(keys);
}

/** Of the masks of rows: what `keyPlaces` gives, [1, rows, 1, keys]. */
export function keyPlacesFeeds(places: Int32Array, rows: number): Record<string, TensorData> {
  return { [keyPlacesName('mask')]: float32(Float32Array.from(places), [1, rows, 1, places.length / rows]) };
}

/** Of a prefix's own mask, [1, 1, length]. */
export function prefixPlacesFeeds(length: number): Record<string, TensorData> {
  return { [keyPlacesName('prefix_mask')]: float32(Float32Array.from(counted(length)), [1, 1, length]) };
}
