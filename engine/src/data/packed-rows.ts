import { float32, int32, type TensorData } from '../runtime/tensor.ts';
import { sum } from '../vectors.ts';
import { embeddingFeeds } from './embedding-feeds.ts';
import type { GraphNeeds } from './graph-needs.ts';
import { HIDDEN, headInverses } from './head-layout.ts';
import { keyPlaces, keyPlacesFeeds, windowMaskFeeds } from './window-masks.ts';

/**
 * A row behind a cached prefix: its tokens, and alternative continuations that each see the row and themselves, but
 * not one another, so that the row itself is computed once for all of them.
 */
export interface BranchedRow {
  /** At least one token; −1 − k is virtual token k. */
  readonly ids: Int32Array;
  /** The place of the first of `ids` in the whole sequence. */
  readonly position: number;
  readonly branches: readonly Int32Array[];
  /** The row's past keys, where there is a past: which of them may be seen, and their places in the whole sequence. */
  readonly past?: { readonly visible: Uint8Array; readonly places: Int32Array };
}

export interface PackRowsOptions extends GraphNeeds {
  readonly prefix: number;
  /** Whether the prefix is a stand-in that no row may see. */
  readonly prefixHidden: boolean;
  readonly past: number;
  readonly places: 'none' | 'tokens';
  readonly vocabSize: number;
}

/**
 * The inputs of the rows graph. Queries are each row's last token and, for its branches, every branch token but the
 * last. `picks` stand in the order of rows, branches and branch tokens, one a branch token.
 */
export function packRows(rows: readonly BranchedRow[], options: PackRowsOptions): Record<string, TensorData> {
  const { prefix, prefixHidden, past, vocabSize } = options;
  const inner = (branch: Int32Array) => Math.max(0, branch.length - 1);
  const lengths = rows.map((row) => row.ids.length + sum(row.branches.map(inner)));
  const queryCounts = rows.map((row, n) => lengths[n]! - row.ids.length + 1);
  const slots = Math.max(...lengths);
  const querySlots = Math.max(...queryCounts);
  const tokens = sum(lengths);
  const queries = sum(queryCounts);
  const keys = prefix + past + slots;
  const count = rows.length;

  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const rowTokens = new Int32Array(count * slots);
  const rowQueries = new Int32Array(count * querySlots);
  const tokenSlot = new Int32Array(tokens);
  const querySlot = new Int32Array(queries);
  const queryTokens = new Int32Array(queries);
  const mask = new Float32Array(count * slots * keys).fill(HIDDEN);
  const queryMask = new Float32Array(count * querySlots * keys);
  const queryUsed = new Float32Array(count * querySlots);
  const picks: number[] = [];

  let token = 0;
  let query = 0;
  rows.forEach((row, n) => {
    const before = row.ids.length;
    let slot = n * slots;
    let place = n * querySlots;

    /** Adds a token that sees prefix, past, the row's own tokens up to `seen`, and those from `from` to itself. */
    const addToken = (id: number, position: number, seen: number, from: number): void => {
      const at = slot * keys;
      const own = at + prefix + past;
      const s = slot - n * slots;
      ids[token] = id;
      positions[token] = position;
      rowTokens[slot] = token;
      tokenSlot[token] = slot;
      if (!prefixHidden) mask.fill(0, at, at + prefix);
      row.past?.visible.forEach((visible, i) => {
        if (visible) mask[at + prefix + i] = 0;
      });
      mask.fill(0, own, own + seen);
      mask.fill(0, own + from, own + s + 1);
      slot++;
      token++;
    };
    /** Asks for the logits at the token added last. */
    const addQuery = (): number => {
      const at = (slot - 1) * keys;
      rowQueries[place] = query;
      querySlot[query] = place;
      queryTokens[query] = token - 1;
      queryUsed[place] = 1;
      queryMask.set(mask.subarray(at, at + keys), place * keys);
      place++;
      return query++;
    };

    row.ids.forEach((id, i) => {
      addToken(id, row.position + i, 0, 0);
    });
    const lastOfRow = addQuery();
    for (const branch of row.branches) {
      const from = slot - n * slots;
      branch.forEach((id, i) => {
        const predictor = i === 0 ? lastOfRow : query - 1;
        picks.push(predictor * vocabSize + id);
        if (i === branch.length - 1) return;
        addToken(id, row.position + before + i, before, from);
        addQuery();
      });
    }
    for (let s = slot - n * slots; s < slots; s++) mask[(n * slots + s) * keys + prefix + past + s] = 0;
  });

  const feeds: Record<string, TensorData> = {
    ...embeddingFeeds(ids, positions, { ...options, prefix: 0 }),
    row_tokens: int32(rowTokens, [1, count, slots]),
    row_queries: int32(rowQueries, [1, count, querySlots]),
    mask: float32(mask, [1, count, slots, keys]),
    query_mask: float32(queryMask, [1, count, querySlots, keys]),
    query_used: float32(queryUsed, [1, count, querySlots, 1]),
    query_tokens: int32(queryTokens, [queries]),
  };
  if (picks.length > 0) {
    feeds.picks = { type: 'int64', dims: [picks.length], data: BigInt64Array.from(picks, BigInt) };
  }
  if (options.windows.length > 0 || options.asksPlaces) {
    const own = rowTokens.map((at) => positions[at]!);
    const asking = rowQueries.map((at) => positions[queryTokens[at]!]!);
    const pastPlaces = Int32Array.from(rows.flatMap((row) => [...(row.past?.places ?? [])]));
    const keys = keyPlaces(count, prefix, [pastPlaces, own]);
    if (options.asksPlaces) Object.assign(feeds, keyPlacesFeeds(keys, count));
    const masks = {
      mask: { mask: feeds.mask!, queries: own, keys },
      query_mask: { mask: feeds.query_mask!, queries: asking, keys },
    };
    Object.assign(feeds, windowMaskFeeds(options.windows, masks));
  }
  const inverses = headInverses(options.inverses, {
    tokens: { slotOf: tokenSlot, slots: count * slots, prefix: 0 },
    queries: { slotOf: querySlot, slots: count * querySlots, prefix: 0 },
  });
  return { ...feeds, ...inverses };
}
