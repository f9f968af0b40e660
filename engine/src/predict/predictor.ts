import type { Backbone } from '../backbone/backbone.ts';
import { float32Bytes } from '../backbone/weights.ts';
import { embeddingFeeds } from '../data/embedding-feeds.ts';
import { causalMask, sum } from '../data/head-layout.ts';
import { type BranchedRow, packRows } from '../data/packed-rows.ts';
import { counted, windowMaskFeeds } from '../data/window-masks.ts';
import type { Graph } from '../onnx/graph.ts';
import { Recent } from '../recent.ts';
import { RowsAtOnce } from '../runtime/rows-at-once.ts';
import { type RunResults, Session, type SessionOptions } from '../runtime/session.ts';
import { type Feed, float32, letGo } from '../runtime/tensor.ts';
import { buildPrefixGraph, type PrefixGraph } from './prefix-graph.ts';
import { buildRowsGraph, type RowsGraph, type RowsOutput } from './rows-graph.ts';

/** A prefix whose keys and values are computed once for all rows that begin with it. */
export interface CachedPrefix {
  /** Under which its predictor keeps them. */
  readonly key: string;
  /** Its tokens, of which −1 − k is row k of `virtual`. */
  readonly ids: Int32Array;
  /** How many tokens of every row it stands for; 0 where rows share nothing. */
  readonly length: number;
  /** Virtual embeddings [virtual, hidden] of the task, empty for the frozen model alone. */
  readonly virtual: Float32Array;
}

/** Prefixes whose keys and values are kept; those of one that comes again later are computed again. */
const MOST_PREFIXES = 8;

/** The most new tokens of a generated answer. */
export const MAX_NEW_TOKENS = 64;

/** How many tokens, padding of attention included, go through the backbone in one run. */
const TOKENS_A_RUN = 4096;

/** How many logits (queries · vocabulary) one run makes: 64 MB of float32. */
const LOGITS_A_RUN = 16 * 1024 * 1024;

/**
 * Weights stored in half precision are unpacked for good up to this size, as float32, since a token that is generated
 * needs each of them for a single row. Each session has its own copy, so larger ones are unpacked where they are used.
 */
const UNPACKED_BYTES = 2 ** 30;

/** Outputs that a graph with a past gives to the next run's. */
const PRESENT = 'present_';

const NOTHING_PICKED: RunResults = { outputs: { picked: float32(new Float32Array(0), [0]) }, kept: {} };

export interface PredictorOptions extends SessionOptions {
  /** Told, for the user, what is done otherwise than asked. */
  readonly notice?: (message: string) => void;
}

type Loaded<Built> = Built & { readonly session: Session };

/**
 * Runs the frozen backbone forward over rows, with or without virtual tokens. Sessions are made when they are first
 * needed and kept. Where memory runs out, what was asked is done once more with half the rows at once.
 */
export class Predictor {
  private readonly backbone: Backbone;
  private readonly options: SessionOptions;
  private readonly prefixSessions = new Map<string, Promise<Loaded<PrefixGraph>>>();
  private readonly rowSessions = new Map<string, Promise<Loaded<RowsGraph>>>();
  private readonly caches = new Recent<Readonly<Record<string, Feed>>>(MOST_PREFIXES);
  private readonly atOnce: RowsAtOnce;
  private prefixes = 0;

  constructor(backbone: Backbone, { notice, ...options }: PredictorOptions = {}) {
    this.backbone = backbone;
    this.atOnce = new RowsAtOnce(() => this.release(), notice);
    const onCpu = (options.provider ?? 'cpu') === 'cpu';
    const unpackAtUse = onCpu && float32Bytes(backbone.model) > UNPACKED_BYTES;
    this.options = { unpackAtUse, ...options, weightsFolder: backbone.weightsFolder };
  }

  /** Computes the keys and values of `ids`, in which −1 − k is row k of `virtual` [virtual, hidden]. */
  async cachePrefix(ids: Int32Array, virtual: Float32Array): Promise<CachedPrefix> {
    const prefix = { key: String(this.prefixes++), ids, length: ids.length, virtual };
    await this.atOnce.do(() => this.cacheOf(prefix));
    return prefix;
  }

  private async cacheOf(prefix: CachedPrefix): Promise<Readonly<Record<string, Feed>>> {
    let cache = this.caches.get(prefix.key);
    if (!cache) {
      cache = await this.computePrefix(prefix);
      // Where it is on a device, garbage collection would not know how large it is.
      letGo(this.caches.set(prefix.key, cache) ?? {});
    }
    return cache;
  }

  private async computePrefix({ ids, virtual }: CachedPrefix): Promise<Record<string, Feed>> {
    // Attention needs one key in front of the rows; where there is no prefix, a token that no row sees stands in.
    const tokens = ids.length > 0 ? ids : Int32Array.of(0);
    const places = tokens.some((id) => id < 0) ? 'tokens' : 'none';
    const { session, windows } = await memoised(this.prefixSessions, places, () =>
      this.loaded(buildPrefixGraph(this.backbone.architecture, places), () => true),
    );
    const positions = counted(tokens.length);
    const virtualTokens = virtual.length / this.hidden;
    const mask = float32(causalMask(tokens.length), [1, tokens.length, tokens.length]);
    const { kept } = await session.runKeeping({
      ...embeddingFeeds(tokens, positions, { places, prefix: 0, virtualTokens }),
      prefix_mask: mask,
      ...windowMaskFeeds(windows, { prefix_mask: { mask, queries: positions, keys: positions } }),
      ...(places === 'tokens' ? { virtual: float32(virtual, [virtualTokens, this.hidden]) } : {}),
    });
    return kept;
  }

  /**
   * Log-probabilities of the tokens of every branch of every row: [row][branch][token]. The rows' `ids` and positions
   * start behind the prefix.
   */
  async score(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[][]> {
    return this.atOnce.do(() => this.scoreRows(prefix, rows));
  }

  private async scoreRows(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[][]> {
    const result = rows.map((): Float32Array[] => []);
    // A row with more branches than one run may take goes in parts, whose branches are put together in their order.
    const parts = rows.flatMap((row, index) =>
      branchParts(row.branches, this.queriesARun).map((branches) => ({ index, row: { ...row, branches } })),
    );
    const scores = new Array<Float32Array[]>(parts.length);
    for (const batch of this.batches(parts.map(({ row }) => row))) {
      const chosen = batch.map((part) => parts[part]!.row);
      const asked = chosen.some(({ branches }) => branches.some((branch) => branch.length > 0));
      const { outputs } = asked ? await this.runRows(prefix, chosen, 'picked', undefined) : NOTHING_PICKED;
      let at = 0;
      batch.forEach((part, n) => {
        scores[part] = chosen[n]!.branches.map((branch) => {
          at += branch.length;
          return (outputs.picked!.data as Float32Array).slice(at - branch.length, at);
        });
      });
    }
    parts.forEach(({ index }, part) => {
      result[index]!.push(...scores[part]!);
    });
    return result;
  }

  /** Logits [rows][vocab] of the token that follows each row; its branches do not matter. */
  async logits(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[]> {
    const alone = rows.map((row) => ({ ...row, branches: [] }));
    const { vocabSize } = this.backbone.model.config;
    return this.atOnce.do(async () => {
      const logits = new Array<Float32Array>(rows.length);
      for (const batch of this.batches(alone)) {
        const chosen = batch.map((index) => alone[index]!);
        const { outputs } = await this.runRows(prefix, chosen, 'logits', undefined);
        batch.forEach((index, n) => {
          logits[index] = (outputs.logits!.data as Float32Array).slice(n * vocabSize, (n + 1) * vocabSize);
        });
      }
      return logits;
    });
  }

  /**
   * Greedy decoding with a key-value cache: for each row, the most probable tokens one after the other, up to `endId`
   * (which is not returned), `maxNew` tokens or the end of the backbone's positions.
   */
  async generate(
    prefix: CachedPrefix,
    rows: readonly BranchedRow[],
    endId: number | undefined,
    maxNew = MAX_NEW_TOKENS,
  ): Promise<number[][]> {
    return this.atOnce.do(async () => {
      const result = new Array<number[]>(rows.length);
      for (const batch of this.batches(rows, maxNew)) {
        const chosen = batch.map((index) => rows[index]!);
        const texts = await this.generateBatch(prefix, chosen, endId, maxNew);
        batch.forEach((index, n) => {
          result[index] = texts[n]!;
        });
      }
      return result;
    });
  }

  async release(): Promise<void> {
    this.caches.forget((cache) => {
      letGo(cache);
      return true;
    });
    for (const { session } of await Promise.all(this.prefixSessions.values())) await session.release();
    for (const { session } of await Promise.all(this.rowSessions.values())) await session.release();
    this.prefixSessions.clear();
    this.rowSessions.clear();
  }

  private async loaded<G extends { readonly graph: Graph }>(
    built: G,
    keeps: (output: string) => boolean,
  ): Promise<Loaded<G>> {
    return { ...built, session: await Session.create(built.graph, { ...this.options, keeps }) };
  }

  private get hidden(): number {
    return this.backbone.model.config.hidden;
  }

  private get queriesARun(): number {
    return Math.max(1, Math.floor(LOGITS_A_RUN / this.backbone.model.config.vocabSize));
  }

  /** Row numbers in batches of like length, each within the budgets of tokens and of logits. */
  private batches(rows: readonly BranchedRow[], extra = 0): number[][] {
    const size = (row: BranchedRow) => row.ids.length + extra + sum(row.branches.map((branch) => branch.length));
    const order = rows.map((row, index) => ({ index, size: size(row) })).sort((a, b) => a.size - b.size);
    const result: number[][] = [];
    let batch: number[] = [];
    let queries = 0;
    for (const { index, size: slots } of order) {
      const added = queriesOf(rows[index]!.branches);
      const full =
        batch.length >= this.atOnce.limit ||
        (batch.length + 1) * slots > TOKENS_A_RUN ||
        queries + added > this.queriesARun;
      if (batch.length > 0 && full) {
        result.push(batch);
        batch = [];
        queries = 0;
      }
      batch.push(index);
      queries += added;
    }
    if (batch.length > 0) result.push(batch);
    return result;
  }

  private async generateBatch(
    prefix: CachedPrefix,
    rows: readonly BranchedRow[],
    endId: number | undefined,
    maxNew: number,
  ): Promise<number[][]> {
    const generated: number[][] = rows.map(() => []);
    const open = rows.map(() => maxNew > 0);
    const ends = rows.map((row) => row.position + row.ids.length);
    let next: readonly BranchedRow[] = rows.map((row) => ({ ...row, branches: [] }));
    let past = emptyPast(rows.length);
    try {
      while (open.includes(true)) {
        const { outputs, kept } = await this.runRows(prefix, next, 'next', past);
        const chosen = outputs.next!.data as BigInt64Array;
        letGo(past.cache ?? {});
        past = extendPast(past, next, kept);
        next = rows.map((_, n) => {
          const token = Number(chosen[n]!);
          const place = ends[n]! + generated[n]!.length;
          if (open[n] && token === endId) open[n] = false;
          if (open[n]) {
            generated[n]!.push(token);
            open[n] = generated[n]!.length < maxNew && place + 1 < this.backbone.model.config.maxPositions;
          }
          // A finished row goes along at a harmless place until all are done; its tokens are not looked at.
          return { ids: Int32Array.of(open[n] ? token : 0), position: open[n] ? place : 0, branches: [] };
        });
      }
    } finally {
      letGo(past.cache ?? {});
    }
    return generated;
  }

  private async runRows(
    prefix: CachedPrefix,
    rows: readonly BranchedRow[],
    output: RowsOutput,
    past: Past | undefined,
  ): Promise<RunResults> {
    const places = rows.some((row) => row.ids.some((id) => id < 0)) ? 'tokens' : 'none';
    const { session, inverses, windows } = await memoised(
      this.rowSessions,
      `${places} ${output} ${past !== undefined}`,
      () =>
        this.loaded(buildRowsGraph(this.backbone.architecture, { places, output, past: past !== undefined }), (name) =>
          name.startsWith(PRESENT),
        ),
    );
    const virtualTokens = prefix.virtual.length / this.hidden;
    this.atOnce.begin(rows.length);
    const feeds = packRows(past ? rows.map((row, n) => ({ ...row, past: past.rows[n]! })) : rows, {
      prefix: Math.max(1, prefix.length),
      prefixHidden: prefix.length === 0,
      past: past?.length ?? 0,
      places,
      virtualTokens,
      vocabSize: this.backbone.model.config.vocabSize,
      inverses,
      windows,
    });
    const cache = await this.cacheOf(prefix);
    return session.runKeeping({
      ...feeds,
      ...cache,
      ...(past ? pastFeeds(cache, past) : {}),
      ...(places === 'tokens' ? { virtual: float32(prefix.virtual, [virtualTokens, this.hidden]) } : {}),
    });
  }
}

/** Keys and values of rows' own tokens so far, [heads, rows, length, head size], and for each row what they stand for. */
interface Past {
  readonly length: number;
  readonly rows: readonly NonNullable<BranchedRow['past']>[];
  readonly cache: Readonly<Record<string, Feed>> | undefined;
}

function emptyPast(rows: number): Past {
  const nothing = { visible: new Uint8Array(0), places: new Int32Array(0) };
  return { length: 0, rows: Array.from({ length: rows }, () => nothing), cache: undefined };
}

/** The cache of a past; at first, one of no tokens that is like that of the prefix. */
function pastFeeds(prefix: Readonly<Record<string, Feed>>, past: Past): Readonly<Record<string, Feed>> {
  if (past.cache) return past.cache;
  return Object.fromEntries(
    Object.entries(prefix).map(([name, { dims }]) => [
      name.replace(/^prefix_/, 'past_'),
      float32(new Float32Array(0), [dims[0]!, past.rows.length, 0, dims[2]!]),
    ]),
  );
}

function extendPast(past: Past, rows: readonly BranchedRow[], kept: Readonly<Record<string, Feed>>): Past {
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

/** How many logits rows a row with these branches asks for: at its last token, and within each branch. */
function queriesOf(branches: readonly Int32Array[]): number {
  return 1 + sum(branches.map((branch) => Math.max(0, branch.length - 1)));
}

/** The branches in parts that each ask for at most `most` queries, where a single branch does not ask for more. */
function branchParts(branches: readonly Int32Array[], most: number): Int32Array[][] {
  const parts: Int32Array[][] = [[]];
  let queries = 1;
  for (const branch of branches) {
    const added = Math.max(0, branch.length - 1);
    if (parts.at(-1)!.length > 0 && queries + added > most) {
      parts.push([]);
      queries = 1;
    }
    parts.at(-1)!.push(branch);
    queries += added;
  }
  return parts;
}

function memoised<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let value = cache.get(key);
  if (!value) {
    value = make();
    cache.set(key, value);
    // What could not be made is tried again when it is needed again.
    value.catch(() => cache.delete(key));
  }
  return value;
}
