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
import { branchParts, lengthOf, type RunBudget, rowBatches } from './row-batches.ts';
import { buildRowsGraph, type RowsGraph, type RowsOutput } from './rows-graph.ts';

/**
 * A prefix whose keys and values are computed once for all rows that begin with it; once more for long ones, where the backbone
 * computes these otherwise.
 */
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

/** Greedily chosen tokens behind a row. */
export interface GeneratedTokens {
  readonly ids: readonly number[];
  /** Whether they end because there may be no more of them, and not because the end token was chosen. */
  readonly cut: boolean;
}

/** How many logits (queries · vocabulary) one run makes: 64 MB of float32. */
const LOGITS_A_RUN = 16 * 1024 * 1024;

/**
 * Weights stored in half precision are unpacked for good up to this size, as float32, since a token that is generated
 * needs each of them for a single row. Each session has its own copy, so larger ones are unpacked where they are used.
 */
export const UNPACKED_BYTES = 2 ** 30;

/** Rows of a batch that have ended go along until this share of it is left, as the keys and values of the others are copied then. */
const KEPT_SHARE = 0.75;

/**
 * Where other batches wait, the last rows of one stop when they are this share of it, and go on together with the last of the others:
 * a token for a few rows takes as long as one for many, and what they have so far goes through the backbone at once.
 */
const LATE_SHARE = 0.25;

const NOTHING_PICKED: RunResults = { outputs: { picked: float32(new Float32Array(0), [0]) }, kept: {} };

export interface PredictorOptions extends SessionOptions, RowsAtOnceOptions {}

/** Rows that are no long ones, and long ones: for most backbones there are none of these. */
const KINDS = [false, true] as const;

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

  constructor(backbone: Backbone, { notice, beforeRun, ...options }: PredictorOptions = {}) {
    this.backbone = backbone;
    this.atOnce = new RowsAtOnce(() => this.release(), { notice, beforeRun });
    const onCpu = (options.provider ?? 'cpu') === 'cpu';
    const unpackAtUse = onCpu && float32Bytes(backbone.model) > UNPACKED_BYTES;
    this.options = { unpackAtUse, ...options, weightsFolder: backbone.weightsFolder };
  }

  /** Computes the keys and values of `ids`, in which −1 − k is row k of `virtual` [virtual, hidden]. */
  async cachePrefix(ids: Int32Array, virtual: Float32Array): Promise<CachedPrefix> {
    const prefix = { key: String(this.prefixes++), ids, length: ids.length, virtual };
    await this.atOnce.do(() => this.cacheOf(prefix, this.isLong(prefix.length + 1)));
    return prefix;
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

  /**
   * Log-probabilities of the tokens of every branch of every row: [row][branch][token]. The rows' `ids` and positions
   * start behind the prefix. A row is as long as it is with the branch that is scored.
   */
  async score(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[][]> {
    return this.atOnce.do(() => this.scoreRows(prefix, rows));
  }

  private async scoreRows(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[][]> {
    const result = rows.map((row) => new Array<Float32Array>(row.branches.length));
    for (const long of KINDS) {
      // A row with more branches than one run may take goes in parts.
      const parts = rows.flatMap((row, index) => {
        const wanted = row.branches.flatMap(({ length }, n) =>
          this.isLong(lengthOf(row) + length) === long ? [n] : [],
        );
        return branchParts(row.branches, wanted, this.budget.queries).map((numbers) => ({ index, numbers }));
      });
      const branched = parts.map(({ index, numbers }) => ({
        ...rows[index]!,
        branches: numbers.map((n) => rows[index]!.branches[n]!),
      }));
      for (const batch of rowBatches(branched, this.budget)) {
        const chosen = batch.map((part) => branched[part]!);
        const asked = chosen.some(({ branches }) => branches.some((branch) => branch.length > 0));
        const { outputs } = asked ? await this.runRows(prefix, chosen, { output: 'picked', long }) : NOTHING_PICKED;
        let at = 0;
        for (const part of batch) {
          const { index, numbers } = parts[part]!;
          for (const n of numbers) {
            const { length } = rows[index]!.branches[n]!;
            result[index]![n] = (outputs.picked!.data as Float32Array).slice(at, at + length);
            at += length;
          }
        }
      }
    }
    return result;
  }

  /** Logits [rows][vocab] of the token that follows each row; its branches do not matter. */
  async logits(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[]> {
    const { vocabSize } = this.backbone.model.config;
    const alone = rows.map((row) => ({ ...row, branches: [] }));
    return this.atOnce.do(async () => {
      const result = new Array<Float32Array>(rows.length);
      for (const long of KINDS) {
        const wanted = alone.flatMap((row, index) => (this.isLong(lengthOf(row)) === long ? [index] : []));
        for (const batch of rowBatches(
          wanted.map((index) => alone[index]!),
          this.budget,
        )) {
          const chosen = batch.map((i) => wanted[i]!);
          const asked = chosen.map((index) => alone[index]!);
          const { outputs } = await this.runRows(prefix, asked, { output: 'logits', long });
          chosen.forEach((index, n) => {
            result[index] = (outputs.logits!.data as Float32Array).slice(n * vocabSize, (n + 1) * vocabSize);
          });
        }
      }
      return result;
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
  ): Promise<GeneratedTokens[]> {
    const generated = await this.atOnce.do(() => this.generateRows(prefix, rows, endId, maxNew));
    // With room for another token nothing but the end token ends a row.
    return generated.map((ids, n) => ({
      ids,
      cut: !this.hasRoom(lengthOf(rows[n]!) + ids.length, ids.length, maxNew),
    }));
  }

  private async generateRows(
    prefix: CachedPrefix,
    rows: readonly BranchedRow[],
    endId: number | undefined,
    maxNew: number,
  ): Promise<number[][]> {
    const result = rows.map((): number[] => []);
    /** Where a row is behind the tokens it has so far. */
    const grown = (n: number): BranchedRow => ({ ...rows[n]!, ids: Int32Array.of(...rows[n]!.ids, ...result[n]!) });
    for (const long of KINDS) {
      // One that becomes a long row on the way begins once more, with what it has so far.
      let wanted = [...rows.keys()].filter((n) => {
        const length = lengthOf(rows[n]!) + result[n]!.length;
        return this.isLong(length) === long && this.hasRoom(length, result[n]!.length, maxNew);
      });
      while (wanted.length > 0) {
        const begun = wanted.map(grown);
        const batches = rowBatches(begun, this.budget, maxNew);
        const late: number[] = [];
        for (const batch of batches) {
          const numbers = batch.map((i) => wanted[i]!);
          const texts = await this.generateBatch(
            prefix,
            batch.map((i) => begun[i]!),
            {
              endId,
              most: numbers.map((n) => maxNew - result[n]!.length),
              long,
              leave: batches.length > 1 ? Math.floor(LATE_SHARE * batch.length) : 0,
            },
          );
          texts.forEach(({ ids, isOpen }, i) => {
            result[numbers[i]!]!.push(...ids);
            if (isOpen) late.push(numbers[i]!);
          });
        }
        wanted = late;
      }
    }
    return result;
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

  /** As `release`, behind what it has been asked for. */
  async releaseWhenDone(): Promise<void> {
    await this.atOnce.do(() => this.release());
  }

  private async loaded<G extends { readonly graph: Graph }>(
    built: G,
    form: Pick<SessionOptions, 'keeps' | 'fewRows'>,
  ): Promise<Loaded<G>> {
    return { ...built, session: await Session.create(built.graph, { ...this.options, ...form }) };
  }

  private isLong(tokens: number): boolean {
    return isLong(tokens, this.backbone.longRowsOver);
  }

  /** What graphs are to be told of it; nothing where the backbone does not ask. */
  private asked(long: boolean): boolean | undefined {
    return this.backbone.longRowsOver === undefined ? undefined : long;
  }

  private get hidden(): number {
    return this.backbone.model.config.hidden;
  }

  private get budget(): RunBudget {
    const queries = Math.max(1, Math.floor(LOGITS_A_RUN / this.backbone.model.config.vocabSize));
    return { rows: this.atOnce.limit, queries };
  }

  /** Whether a row of so many tokens, the last ones of which were generated, may have another one. */
  private hasRoom(tokens: number, generated: number, maxNew: number): boolean {
    return generated < maxNew && (generated === 0 || tokens < this.backbone.model.config.maxPositions);
  }

  /**
   * @param most new tokens of each row; one that becomes a long row ends before that, where `long` is false
   * @param leave how many rows may be left as they are once the others have ended; these are open
   */
  private async generateBatch(
    prefix: CachedPrefix,
    rows: readonly BranchedRow[],
    { endId, most, long, leave }: { endId: number | undefined; most: readonly number[]; long: boolean; leave: number },
  ): Promise<{ readonly ids: readonly number[]; readonly isOpen: boolean }[]> {
    const generated: number[][] = rows.map(() => []);
    const open = rows.map(() => true);
    const ends = rows.map(lengthOf);
    /** The rows that are run. */
    let active: readonly number[] = rows.map((_, n) => n);
    let next: readonly BranchedRow[] = rows.map((row) => ({ ...row, branches: [] }));
    const past = this.pastOf(await this.cacheOf(prefix, long), rows.length);
    // In all but the first of the runs, each row is one token. One session does for all of them.
    const fewRows = rows.length > 1;
    try {
      while (open.filter(Boolean).length > leave) {
        const { outputs, kept } = await this.runRows(prefix, next, { output: 'next', long, past, fewRows });
        const chosen = outputs.next!.data as BigInt64Array;
        past.extend(next, kept);
        active.forEach((n, place) => {
          if (!open[n]) return;
          const token = Number(chosen[place]!);
          open[n] = token !== endId;
          if (!open[n]) return;
          generated[n]!.push(token);
          const length = ends[n]! + generated[n]!.length;
          open[n] = this.hasRoom(length, generated[n]!.length, most[n]!) && this.isLong(length) === long;
        });
        active = this.stillRun(active, open, past);
        // A finished row that goes along does so at a harmless place; its tokens are not looked at.
        next = active.map((n) => ({
          ids: Int32Array.of(open[n] ? generated[n]!.at(-1)! : 0),
          position: open[n] ? ends[n]! + generated[n]!.length - 1 : 0,
          branches: [],
        }));
      }
    } finally {
      past.release();
    }
    return generated.map((ids, n) => ({ ids, isOpen: open[n]! }));
  }

  /** @param active rows that were run; without those that have ended, where these are worth the copying of the others */
  private stillRun(active: readonly number[], open: readonly boolean[], past: Past): readonly number[] {
    const places = active.flatMap((n, place) => (open[n] ? [place] : []));
    const isWorthIt = places.length > 0 && places.length <= KEPT_SHARE * active.length;
    return isWorthIt && past.keepRows(places) ? places.map((place) => active[place]!) : active;
  }

  private pastOf(prefix: Readonly<Record<string, Feed>>, rows: number): Past {
    const { holdsTensors } = TRAITS[this.options.provider ?? 'cpu'];
    return holdsTensors ? new HeldPast(prefix, rows) : new RoomyPast(prefix, rows);
  }

  private async runRows(
    prefix: CachedPrefix,
    rows: readonly BranchedRow[],
    {
      output,
      long,
      past,
      fewRows = false,
    }: { readonly output: RowsOutput; readonly long: boolean; readonly past?: Past; readonly fewRows?: boolean },
  ): Promise<RunResults> {
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
