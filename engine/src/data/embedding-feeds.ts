import { LONG_ROWS } from '../backbone/long-rows.ts';
import { float32, int32, type TensorData } from '../runtime/tensor.ts';
import type { GraphNeeds } from './graph-needs.ts';

export interface EmbeddingOptions extends Pick<GraphNeeds, 'places' | 'virtualTokens' | 'long'> {
  /** How many of the packed tokens are the prefix. */
  readonly prefix: number;
}

/**
 * The inputs of `embedTokens` for packed tokens, and `LONG_ROWS`; a negative id −1 − k is virtual token k.
 * Throws where a virtual token stands outside the places that the graph was built for.
 */
export function embeddingFeeds(
  packed: Int32Array,
  positions: Int32Array,
  { places, prefix, virtualTokens, long }: EmbeddingOptions,
): Record<string, TensorData> {
  const ids = packed.slice();
  const count = places === 'tokens' ? ids.length : places === 'prefix' ? prefix : 0;
  const isToken = new Float32Array(count).fill(1);
  const selection = new Float32Array(count * virtualTokens);
  for (let i = 0; i < ids.length; i++) {
    if (ids[i]! >= 0) continue;
    if (i >= count)
      throw new Error(`a virtual token stands at packed place ${i}, of which the first ${count} may be virtual`);
    selection[i * virtualTokens + (-1 - ids[i]!)] = 1;
    isToken[i] = 0;
    ids[i] = 0;
  }
  const feeds: Record<string, TensorData> = { positions: int32(positions, [positions.length]) };
  if (long !== undefined) feeds[LONG_ROWS] = int32(Int32Array.of(long ? 1 : 0), [1]);
  if (places !== 'none') {
    feeds.is_token = float32(isToken, [count, 1]);
    feeds.selection = float32(selection, [count, virtualTokens]);
  }
  if (places === 'prefix') {
    feeds.prefix_ids = int32(ids.slice(0, prefix), [prefix]);
    feeds.row_ids = int32(ids.slice(prefix), [ids.length - prefix]);
  } else {
    feeds.token_ids = int32(ids, [ids.length]);
  }
  return feeds;
}
