import type { BranchedRow } from '../data/packed-rows.ts';
import type { Past } from './past.ts';
import { lengthOf, rowBatches } from './row-batches.ts';
import { type CachedPrefix, KINDS, type RowRuns } from './row-runs.ts';

/** The most new tokens of a generated answer. */
export const MAX_NEW_TOKENS = 64;

/** Greedily chosen tokens behind a row. */
export interface GeneratedTokens {
  readonly ids: readonly number[];
  /** Whether they end because there may be no more of them, and not because the end token was chosen. */
  readonly cut: boolean;
}

/** Rows of a batch that have ended go along until this share of it is left, as the keys and values of the others are copied then. */
const KEPT_SHARE = 0.75;

/**
 * Where other batches wait, the last rows of one stop when they are this share of it, and go on together with the last of the others:
 * a token for a few rows takes as long as one for many, and what they have so far goes through the backbone at once.
 */
const LATE_SHARE = 0.25;

export interface DecodingLimits {
  /** The token at which a row ends; it is not returned. */
  readonly endId: number | undefined;
  /** New tokens of a row. */
  readonly maxNew: number;
  /** Tokens of a row, for which the backbone has positions. */
  readonly maxPositions: number;
}

/** A row with the tokens that it has got so far. */
interface GrowingRow {
  readonly row: BranchedRow;
  readonly chosen: number[];
  /** Whether the end token was chosen. */
  hasEnded: boolean;
}

/** A finished row that goes along does so at a harmless place; its tokens are not looked at. */
const NOTHING: BranchedRow = { ids: Int32Array.of(0), position: 0, branches: [] };

/** Greedy decoding behind a prefix: for each row the most probable tokens one after the other, with a cache of keys and values. */
export class GreedyDecoding {
  private readonly runs: RowRuns;
  private readonly prefix: CachedPrefix;
  private readonly limits: DecodingLimits;

  constructor(runs: RowRuns, prefix: CachedPrefix, limits: DecodingLimits) {
    this.runs = runs;
    this.prefix = prefix;
    this.limits = limits;
  }

  /** To be called within `do` of the runs. */
  async behind(rows: readonly BranchedRow[]): Promise<GeneratedTokens[]> {
    const texts = rows.map((row): GrowingRow => ({ row, chosen: [], hasEnded: false }));
    for (const long of KINDS) {
      // One that becomes a long row on the way begins once more, with what it has so far.
      for (let open = texts.filter(this.isOpen(long)); open.length > 0; open = open.filter(this.isOpen(long))) {
        const batches = rowBatches(open.map(begun), this.runs.budget, this.limits.maxNew);
        for (const batch of batches) {
          const leave = batches.length > 1 ? Math.floor(LATE_SHARE * batch.length) : 0;
          await this.grow(
            batch.map((n) => open[n]!),
            { long, leave },
          );
        }
      }
    }
    return texts.map(({ chosen, hasEnded }) => ({ ids: chosen, cut: !hasEnded }));
  }

  /** @param leave how many rows may be left open once the others have ended */
  private async grow(
    texts: readonly GrowingRow[],
    { long, leave }: { readonly long: boolean; readonly leave: number },
  ): Promise<void> {
    const isOpen = this.isOpen(long);
    const past = await this.runs.pastOf(this.prefix, texts.length, long);
    // In all but the first of the runs, each row is one token. One session does for all of them.
    const form = { output: 'next', long, past, fewRows: texts.length > 1 } as const;
    let active = texts;
    let next = texts.map(begun);
    try {
      while (texts.filter(isOpen).length > leave) {
        const { outputs, kept } = await this.runs.run(this.prefix, next, form);
        past.extend(next, kept);
        const tokens = outputs.next!.data as BigInt64Array;
        active.forEach((text, place) => {
          if (isOpen(text)) this.take(text, Number(tokens[place]!));
        });
        active = stillRun(active, isOpen, past);
        next = active.map((text) => (isOpen(text) ? lastToken(text) : NOTHING));
      }
    } finally {
      past.release();
    }
  }

  private take(text: GrowingRow, token: number): void {
    if (token === this.limits.endId) text.hasEnded = true;
    else text.chosen.push(token);
  }

  /** Whether a row may have another token, as a long row or as one that is none. */
  private isOpen(long: boolean): (text: GrowingRow) => boolean {
    const { maxNew, maxPositions } = this.limits;
    return ({ row, chosen, hasEnded }) => {
      const length = lengthOf(row) + chosen.length;
      // The first one follows from the row alone, however long that is.
      const hasRoom = chosen.length < maxNew && (chosen.length === 0 || length < maxPositions);
      return !hasEnded && hasRoom && this.runs.isLong(length) === long;
    };
  }
}

/** What is run first: the row with all that it has got. */
function begun({ row, chosen }: GrowingRow): BranchedRow {
  return { ...row, ids: Int32Array.of(...row.ids, ...chosen), branches: [] };
}

function lastToken({ row, chosen }: GrowingRow): BranchedRow {
  return { ids: Int32Array.of(chosen.at(-1)!), position: lengthOf(row) + chosen.length - 1, branches: [] };
}

/** @param active rows that were run; without those that have ended, where these are worth the copying of the others */
function stillRun(
  active: readonly GrowingRow[],
  isOpen: (text: GrowingRow) => boolean,
  past: Past,
): readonly GrowingRow[] {
  const places = [...active.keys()].filter((place) => isOpen(active[place]!));
  const isWorthIt = places.length > 0 && places.length <= KEPT_SHARE * active.length;
  return isWorthIt && past.keepRows(places) ? places.map((place) => active[place]!) : active;
}
