import type { Backbone } from '../backbone/backbone.ts';
import { isLong } from '../backbone/long-rows.ts';
import { commonPrefixLength } from '../data/packed-batch.ts';
import { countTargets, type TokenRow } from '../data/token-row.ts';

export interface TaskRow {
  readonly taskname: string;
  readonly row: TokenRow;
}

/** Rows of one task. */
export interface BatchRun {
  readonly taskname: string;
  readonly rows: readonly TokenRow[];
}

/** Rows of one task of one batch. */
export interface BatchPart extends BatchRun {
  /** The number of the batch, among those that are run together. */
  readonly of: number;
}

/** Which form of the step graph a run takes. */
export type VirtualPlace = 'prefix' | 'tokens';

/**
 * Tokens that go through the backbone at once, the common prefix once and padding included; a larger batch is run in
 * parts, and their gradients added.
 */
export const TOKENS_A_RUN = 2048;

/** How many logits (targets · vocabulary) a run of so many tokens makes: 128 MB of float32, of which a few copies are needed. */
const LOGITS_A_RUN = 32 * 1024 * 1024;

/** The graph without virtual tokens in the rows saves work, and serves where they all stand in the common prefix. */
export function virtualPlaces(rows: readonly TokenRow[]): VirtualPlace {
  const shared = commonPrefixLength(rows);
  return rows.every(({ ids }) => ids.findLastIndex((id) => id < 0) < shared) ? 'prefix' : 'tokens';
}

/** Whether the rows of a run are long ones, for a backbone that computes these otherwise. */
export function longOf(rows: readonly TokenRow[], { longRowsOver }: Backbone): boolean | undefined {
  return longRowsOver === undefined ? undefined : isLong(rows[0]!.ids.length, longRowsOver);
}

/** The most of a run, where it has more than one row. */
export interface RunBudget {
  /** Logits keep to a budget in proportion to it. */
  readonly tokens: number;
  readonly rows?: number;
  /** Rows of more tokens than this are in runs of their own; see `Backbone.longRowsOver`. */
  readonly longRowsOver?: number | undefined;
}

/** The batch in runs of one task each, rows of like length together. */
export function* runsOf(batch: readonly TaskRow[], budget: RunBudget, vocabSize: number): Generator<BatchRun> {
  const { tokens: tokensARun, rows: rowsARun = Number.POSITIVE_INFINITY, longRowsOver } = budget;
  const targetsARun = targetsIn(budget, vocabSize);
  const byTask = new Map<string, TokenRow[]>();
  for (const { taskname, row } of batch) {
    const rows = byTask.get(taskname);
    if (rows) rows.push(row);
    else byTask.set(taskname, [row]);
  }
  for (const [taskname, rows] of byTask) {
    let run: TokenRow[] = [];
    let shared = 0;
    let targets = 0;
    for (const row of rows.toSorted((a, b) => a.ids.length - b.ids.length)) {
      const sharedWithRow = commonPrefixLength([run[0] ?? row, row]);
      const sharedByAll = run.length > 0 ? Math.min(shared, sharedWithRow) : sharedWithRow;
      // The row is the longest so far, so the others are padded to it.
      const tokens = sharedByAll + (run.length + 1) * (row.ids.length - sharedByAll);
      const rowTargets = countTargets(row);
      const full = run.length >= rowsARun || tokens > tokensARun || targets + rowTargets > targetsARun;
      const apart = run.length > 0 && isLong(run[0]!.ids.length, longRowsOver) !== isLong(row.ids.length, longRowsOver);
      if (run.length > 0 && (full || apart)) {
        yield { taskname, rows: run };
        run = [];
        targets = 0;
        shared = commonPrefixLength([row]);
      } else {
        shared = sharedByAll;
      }
      run.push(row);
      targets += rowTargets;
    }
    yield { taskname, rows: run };
  }
}

/**
 * So many tokens take as long as it takes to begin a run: to read the weights, which a narrow product waits for, and to start each
 * node. Measured with GPT-2 small on two cores (bench/README.md); it is more on a device.
 */
const TOKENS_TO_BEGIN = 48;

/**
 * Several batches in runs, each within the budget. Prompts go together where that saves more than it costs: what the rows of
 * one prompt have in common, virtual tokens above all, is computed once for them in a run of their own, but for each
 * row in a run of several prompts.
 */
export function batchRuns(
  batches: readonly (readonly TaskRow[])[],
  budget: RunBudget,
  vocabSize: number,
): readonly (readonly BatchPart[])[] {
  const parts = batches.flatMap((batch, of) => [...runsOf(batch, budget, vocabSize)].map((run) => ({ ...run, of })));
  if (batches.length === 1) return parts.map((part) => [part]);
  const runs: BatchPart[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    const together = last && [...last, part];
    const saves =
      together && tokensTogether(together) < tokensTogether(last) + tokensTogether([part]) + TOKENS_TO_BEGIN;
    if (saves && within(together, budget, vocabSize)) last.push(part);
    else runs.push([part]);
  }
  return runs;
}

/** Rows of several parts with the virtual tokens of each behind those of the parts before. @param sizes virtual tokens of each */
export function promptsApart(parts: readonly BatchPart[], sizes: readonly number[]): TokenRow[] {
  let before = 0;
  return parts.flatMap(({ rows }, i) => {
    const offset = before;
    before += sizes[i]!;
    if (offset === 0) return rows;
    return rows.map((row) => ({ ...row, ids: row.ids.map((id) => (id < 0 ? id - offset : id)) }));
  });
}

/** Tokens that are computed for parts that are run together, padding left out. */
function tokensTogether(parts: readonly BatchPart[]): number {
  const rows = parts.flatMap((part) => part.rows);
  const shared = sharedBy(parts);
  return shared + rows.reduce((sum, { ids }) => sum + ids.length - shared, 0);
}

function sharedBy(parts: readonly BatchPart[]): number {
  const first = parts[0]!.rows;
  const shared = commonPrefixLength(parts.length === 1 ? first : parts.map(({ rows }) => rows[0]!));
  if (parts.length === 1) return shared;
  // Virtual tokens look alike until they are told apart.
  const virtual = first[0]!.ids.findIndex((id) => id < 0);
  return Math.min(virtual < 0 ? shared : virtual, ...parts.map(({ rows }) => commonPrefixLength(rows)), shared);
}

function within(parts: readonly BatchPart[], budget: RunBudget, vocabSize: number): boolean {
  const rows = parts.flatMap((part) => part.rows);
  const padded = rows.length * Math.max(...rows.map(({ ids }) => ids.length));
  const targets = rows.reduce((sum, row) => sum + countTargets(row), 0);
  const kinds = new Set(rows.map(({ ids }) => isLong(ids.length, budget.longRowsOver)));
  return (
    kinds.size === 1 &&
    rows.length <= (budget.rows ?? Number.POSITIVE_INFINITY) &&
    padded <= budget.tokens &&
    targets <= targetsIn(budget, vocabSize)
  );
}

function targetsIn({ tokens }: RunBudget, vocabSize: number): number {
  return Math.floor((LOGITS_A_RUN * tokens) / TOKENS_A_RUN / vocabSize);
}
