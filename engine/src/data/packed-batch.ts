import { float32, int32, type TensorData } from '../runtime/tensor.ts';
import { sum } from '../vectors.ts';
import { embeddingFeeds } from './embedding-feeds.ts';
import type { GraphNeeds } from './graph-needs.ts';
import { causalMask, HIDDEN, headInverses } from './head-layout.ts';
import { countTargets, type TokenRow } from './token-row.ts';
import { counted, keyPlaces, keyPlacesFeeds, prefixPlacesFeeds, windowMaskFeeds } from './window-masks.ts';

export interface PackOptions extends GraphNeeds {
  /** Weight of each answer token in the loss, e.g. one over their number in the whole batch; or one for each row. */
  readonly weight: number | readonly number[];
}

/** How many tokens all rows share at the front, short of the token from which the first target of a row is predicted. */
export function commonPrefixLength(rows: readonly TokenRow[]): number {
  const first = rows[0]!;
  let length = first.firstTarget - 1;
  for (const row of rows) {
    length = Math.min(length, row.firstTarget - 1);
    for (let i = 0; i < length; i++) {
      if (row.ids[i] !== first.ids[i]) length = i;
    }
  }
  return length;
}

/**
 * The inputs of the step graph for rows of one task. The last token of each row is left out: nothing is predicted
 * from it. Throws if a virtual token stands behind the common prefix though `places` is 'prefix'.
 */
export function packBatch(rows: readonly TokenRow[], options: PackOptions): Record<string, TensorData> {
  const shared = commonPrefixLength(rows);
  // Attention needs a prefix of at least one token; where rows share none, a token that nobody sees stands in.
  const prefix = Math.max(shared, 1);
  const firstSeen = shared === 0 ? prefix : 0;
  const lengths = rows.map((row) => row.ids.length - 1 - shared);
  const answers = rows.map(countTargets);
  const slots = Math.max(...lengths);
  const querySlots = Math.max(...answers);
  const tokens = prefix + sum(lengths);
  const queries = sum(answers);
  const keys = prefix + slots;
  const count = rows.length;
  const { weight } = options;
  const rowWeights = typeof weight === 'number' ? rows.map(() => weight) : weight;

  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const rowTokens = new Int32Array(count * slots);
  const rowQueries = new Int32Array(count * querySlots);
  const tokenSlot = new Int32Array(tokens);
  const querySlot = new Int32Array(queries);
  const queryTokens = new Int32Array(queries);
  const queryInverse = new Int32Array(tokens).fill(queries);
  const targets = new BigInt64Array(queries);
  const weights = new Float32Array(queries);
  const mask = new Float32Array(count * slots * keys).fill(HIDDEN);
  const queryMask = new Float32Array(count * querySlots * keys);
  const queryUsed = new Float32Array(count * querySlots);

  for (let i = 0; i < shared; i++) {
    ids[i] = rows[0]!.ids[i]!;
    positions[i] = i;
  }
  let token = prefix;
  let query = 0;
  for (let n = 0; n < count; n++) {
    const row = rows[n]!;
    const firstQuery = row.firstTarget - 1 - shared;
    let place = n * querySlots;
    for (let s = 0; s < slots; s++) {
      const slot = n * slots + s;
      const at = slot * keys;
      if (s >= lengths[n]!) {
        mask[at + prefix + s] = 0;
        continue;
      }
      ids[token] = row.ids[shared + s]!;
      positions[token] = shared + s;
      rowTokens[slot] = token;
      tokenSlot[token] = slot;
      mask.fill(0, at + firstSeen, at + prefix + s + 1);
      const target = row.ids[shared + s + 1]!;
      if (s >= firstQuery && target >= 0) {
        rowQueries[place] = query;
        querySlot[query] = place;
        queryTokens[query] = token;
        queryInverse[token] = query;
        queryUsed[place] = 1;
        queryMask.set(mask.subarray(at, at + keys), place * keys);
        targets[query] = BigInt(target);
        weights[query] = rowWeights[n]!;
        query++;
        place++;
      }
      token++;
    }
  }

  const feeds: Record<string, TensorData> = {
    row_tokens: int32(rowTokens, [1, count, slots]),
    row_queries: int32(rowQueries, [1, count, querySlots]),
    mask: float32(mask, [1, count, slots, keys]),
    query_mask: float32(queryMask, [1, count, querySlots, keys]),
    query_used: float32(queryUsed, [1, count, querySlots, 1]),
    prefix_tokens: int32(counted(prefix), [1, prefix]),
    prefix_mask: float32(causalMask(prefix), [1, prefix, prefix]),
    query_tokens: int32(queryTokens, [queries]),
    query_inverse: int32(queryInverse, [tokens]),
    targets: { type: 'int64', dims: [queries, 1], data: targets },
    weights: float32(weights, [queries, 1]),
    ...embeddingFeeds(ids, positions, { ...options, prefix }),
  };
  if (options.windows.length > 0 || options.asksPlaces) {
    const own = rowTokens.map((at) => positions[at]!);
    const asking = rowQueries.map((at) => positions[queryTokens[at]!]!);
    const keys = keyPlaces(count, prefix, [own]);
    if (options.asksPlaces) Object.assign(feeds, keyPlacesFeeds(keys, count), prefixPlacesFeeds(prefix));
    const masks = {
      mask: { mask: feeds.mask!, queries: own, keys },
      query_mask: { mask: feeds.query_mask!, queries: asking, keys },
      prefix_mask: { mask: feeds.prefix_mask!, queries: counted(prefix), keys: counted(prefix) },
    };
    Object.assign(feeds, windowMaskFeeds(options.windows, masks));
  }
  const inverses = headInverses(options.inverses, {
    tokens: { slotOf: tokenSlot, slots: count * slots, prefix },
    queries: { slotOf: querySlot, slots: count * querySlots, prefix: 0 },
  });
  return { ...feeds, ...inverses };
}
