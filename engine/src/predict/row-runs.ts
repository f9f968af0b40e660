import type { ModelFolder } from '../../../model/src/model-folder.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { isLong } from '../backbone/long-rows.ts';
import { float32Bytes } from '../backbone/weights.ts';
import { embeddingFeeds } from '../data/embedding-feeds.ts';
import { causalMask } from '../data/head-layout.ts';
import { type BranchedRow, packRows } from '../data/packed-rows.ts';
import { counted, prefixPlacesFeeds, windowMaskFeeds } from '../data/window-masks.ts';
import type { Graph } from '../onnx/graph.ts';
import { Recent } from '../recent.ts';
import { TRAITS } from '../runtime/providers.ts';
import { RowsAtOnce, type RowsAtOnceOptions } from '../runtime/rows-at-once.ts';
import { type RunResults, Session, type SessionOptions } from '../runtime/session.ts';
import { type Feed, float32, letGo } from '../runtime/tensor.ts';
import { HeldPast, type Past, PRESENT, RoomyPast } from './past.ts';
import { buildPrefixGraph, type PrefixGraph } from './prefix-graph.ts';
import type { RunBudget } from './row-batches.ts';
import { buildRowsGraph, type RowsGraph, type RowsOutput } from './rows-graph.ts';

/**
 * A prefix whose keys and values are computed once for all rows that begin with it; once more for long ones, where the backbone
 * computes these otherwise.
 */
export interface CachedPrefix {
  /** Under which they are kept. */
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

/** How many logits (queries · vocabulary) one run makes: 64 MB of float32. */
const LOGITS_A_RUN = 16 * 1024 * 1024;

/** How many rows of logits one run makes at most. */
export function queriesARun({ config }: ModelFolder): number {
  return Math.max(1, Math.floor(LOGITS_A_RUN / config.vocabSize));
}

/**
 * Weights stored in half precision are unpacked for good up to this size, as float32, since a token that is generated
 * needs each of them for a single row. Each session has its own copy, so larger ones are unpacked where they are used.
 */
const UNPACKED_BYTES = 2 ** 30;

/** Whether each weight is unpacked where it is used, on the CPU. */
export function unpacksAtUse(model: ModelFolder): boolean {
  return float32Bytes(model) > UNPACKED_BYTES;
}

/** Rows that are no long ones, and long ones: for most backbones there are none of these. */
export const KINDS = [false, true] as const;

export interface RowRunsOptions extends SessionOptions, RowsAtOnceOptions {}

/** What a run gives out, and of which rows. */
export interface RunForm {
  readonly output: RowsOutput;
  /** Whether these are long rows; those of one run are of one kind. */
  readonly long: boolean;
  /** What is computed already of their own tokens. */
  readonly past?: Past;
  /** Whether each row is a single token in most runs of this form. */
  readonly fewRows?: boolean;
}

type Loaded<Built> = Built & { readonly session: Session };

/**
 * Runs the frozen backbone forward over rows behind a prefix. Sessions, and the keys and values of prefixes, are made when they
 * are first needed and kept.
 */
export class RowRuns {
  private readonly backbone: Backbone;
  private readonly options: SessionOptions;
  private readonly prefixSessions = new Map<string, Promise<Loaded<PrefixGraph>>>();
  private readonly rowSessions = new Map<string, Promise<Loaded<RowsGraph>>>();
  private readonly caches = new Recent<Readonly<Record<string, Feed>>>(MOST_PREFIXES);
  private readonly atOnce: RowsAtOnce;
  private prefixes = 0;

  constructor(backbone: Backbone, { notice, beforeRun, ...options }: RowRunsOptions) {
    this.backbone = backbone;
    this.atOnce = new RowsAtOnce(() => this.release(), { notice, beforeRun });
    const onCpu = (options.provider ?? 'cpu') === 'cpu';
    const unpackAtUse = onCpu && unpacksAtUse(backbone.model);
    this.options = { unpackAtUse, ...options, weightsFolder: backbone.weightsFolder };
  }

  /** Does work that runs rows, behind what is asked already; once more with half the rows at once where memory runs out. */
  async do<T>(work: () => Promise<T>): Promise<T> {
    return this.atOnce.do(work);
  }

  /** What one run may hold. */
  get budget(): RunBudget {
    return { rows: this.atOnce.limit, queries: queriesARun(this.backbone.model) };
  }

  /** Whether a row of so many tokens, those of the prefix included, is a long one. */
  isLong(tokens: number): boolean {
    return isLong(tokens, this.backbone.longRowsOver);
  }

  /** Computes the keys and values of `ids`, in which −1 − k is row k of `virtual` [virtual, hidden]. */
  async cachePrefix(ids: Int32Array, virtual: Float32Array): Promise<CachedPrefix> {
    const prefix = { key: String(this.prefixes++), ids, length: ids.length, virtual };
    await this.do(() => this.cacheOf(prefix, this.isLong(prefix.length + 1)));
    return prefix;
  }

  /** To be called within `do`. The rows' `ids` and positions start behind the prefix. */
  async run(prefix: CachedPrefix, rows: readonly BranchedRow[], form: RunForm): Promise<RunResults> {
    const { output, long, past, fewRows = false } = form;
    const places = rows.some((row) => row.ids.some((id) => id < 0)) ? 'tokens' : 'none';
    const { session, inverses, windows, asksPlaces } = await memoised(
      this.rowSessions,
      `${places} ${output} ${past !== undefined} ${fewRows}`,
      () =>
        this.loaded(buildRowsGraph(this.backbone.architecture, { places, output, ...(past && { past: past.asks }) }), {
          keeps: (name) => name.startsWith(PRESENT),
          fewRows,
        }),
    );
    const virtualTokens = prefix.virtual.length / this.hidden;
    await this.atOnce.begin(rows.length);
    const feeds = packRows(past ? rows.map((row, n) => ({ ...row, past: past.rows[n]! })) : rows, {
      prefix: Math.max(1, prefix.length),
      prefixHidden: prefix.length === 0,
      past: past?.length ?? 0,
      places,
      virtualTokens,
      vocabSize: this.backbone.model.config.vocabSize,
      inverses,
      windows,
      asksPlaces,
      long: this.asked(long),
    });
    const cache = await this.cacheOf(prefix, long);
    return session.runKeeping({
      ...feeds,
      ...cache,
      ...past?.cache,
      ...(places === 'tokens' ? { virtual: float32(prefix.virtual, [virtualTokens, this.hidden]) } : {}),
    });
  }

  /** Of rows none of whose own tokens is computed yet. */
  async pastOf(prefix: CachedPrefix, rows: number, long: boolean): Promise<Past> {
    const { holdsTensors } = TRAITS[this.options.provider ?? 'cpu'];
    const cache = await this.cacheOf(prefix, long);
    return holdsTensors ? new HeldPast(cache, rows) : new RoomyPast(cache, rows);
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

  private async cacheOf(prefix: CachedPrefix, long: boolean): Promise<Readonly<Record<string, Feed>>> {
    const key = `${prefix.key} ${long}`;
    let cache = this.caches.get(key);
    if (!cache) {
      cache = await this.computePrefix(prefix, long);
      // Where it is on a device, garbage collection would not know how large it is.
      letGo(this.caches.set(key, cache) ?? {});
    }
    return cache;
  }

  private async computePrefix({ ids, virtual }: CachedPrefix, long: boolean): Promise<Record<string, Feed>> {
    // Attention needs one key in front of the rows; where there is no prefix, a token that no row sees stands in.
    const tokens = ids.length > 0 ? ids : Int32Array.of(0);
    const places = tokens.some((id) => id < 0) ? 'tokens' : 'none';
    const { session, windows, asksPlaces } = await memoised(this.prefixSessions, places, () =>
      this.loaded(buildPrefixGraph(this.backbone.architecture, places), { keeps: () => true }),
    );
    const positions = counted(tokens.length);
    const virtualTokens = virtual.length / this.hidden;
    const mask = float32(causalMask(tokens.length), [1, tokens.length, tokens.length]);
    const { kept } = await session.runKeeping({
      ...embeddingFeeds(tokens, positions, { places, prefix: 0, virtualTokens, long: this.asked(long) }),
      prefix_mask: mask,
      ...windowMaskFeeds(windows, { prefix_mask: { mask, queries: positions, keys: positions } }),
      ...(asksPlaces ? prefixPlacesFeeds(tokens.length) : {}),
      ...(places === 'tokens' ? { virtual: float32(virtual, [virtualTokens, this.hidden]) } : {}),
    });
    return kept;
  }

  private async loaded<G extends { readonly graph: Graph }>(
    built: G,
    form: Pick<SessionOptions, 'keeps' | 'fewRows'>,
  ): Promise<Loaded<G>> {
    return { ...built, session: await Session.create(built.graph, { ...this.options, ...form }) };
  }

  /** What graphs are to be told of it; nothing where the backbone does not ask. */
  private asked(long: boolean): boolean | undefined {
    return this.backbone.longRowsOver === undefined ? undefined : long;
  }

  private get hidden(): number {
    return this.backbone.model.config.hidden;
  }
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
