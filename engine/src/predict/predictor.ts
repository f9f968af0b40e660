import type { Backbone } from '../backbone/backbone.ts';
import type { BranchedRow } from '../data/packed-rows.ts';
import type { RunResults } from '../runtime/session.ts';
import { float32 } from '../runtime/tensor.ts';
import { type GeneratedTokens, GreedyDecoding, MAX_NEW_TOKENS } from './greedy-decoding.ts';
import { branchParts, lengthOf, rowBatches } from './row-batches.ts';
import { type CachedPrefix, KINDS, RowRuns, type RowRunsOptions } from './row-runs.ts';

const NOTHING_PICKED: RunResults = { outputs: { picked: float32(new Float32Array(0), [0]) }, kept: {} };

/** Scores, continues and generates rows with the frozen backbone, with or without virtual tokens. */
export class Predictor {
  private readonly backbone: Backbone;
  private readonly runs: RowRuns;

  constructor(backbone: Backbone, options: RowRunsOptions = {}) {
    this.backbone = backbone;
    this.runs = new RowRuns(backbone, options);
  }

  /** Computes the keys and values of `ids`, in which −1 − k is row k of `virtual` [virtual, hidden]. */
  async cachePrefix(ids: Int32Array, virtual: Float32Array): Promise<CachedPrefix> {
    return this.runs.cachePrefix(ids, virtual);
  }

  /**
   * Log-probabilities of the tokens of every branch of every row: [row][branch][token]. The rows' `ids` and positions
   * start behind the prefix. A row is as long as it is with the branch that is scored.
   */
  async score(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[][]> {
    return this.runs.do(() => this.scoreRows(prefix, rows));
  }

  private async scoreRows(prefix: CachedPrefix, rows: readonly BranchedRow[]): Promise<Float32Array[][]> {
    const { runs } = this;
    const result = rows.map((row) => new Array<Float32Array>(row.branches.length));
    for (const long of KINDS) {
      // A row with more branches than one run may take goes in parts.
      const parts = rows.flatMap((row, index) => {
        const wanted = row.branches.flatMap(({ length }, n) =>
          runs.isLong(lengthOf(row) + length) === long ? [n] : [],
        );
        return branchParts(row.branches, wanted, runs.budget.queries).map((numbers) => ({ index, numbers }));
      });
      const branched = parts.map(({ index, numbers }) => ({
        ...rows[index]!,
        branches: numbers.map((n) => rows[index]!.branches[n]!),
      }));
      for (const batch of rowBatches(branched, runs.budget)) {
        const chosen = batch.map((part) => branched[part]!);
        const asked = chosen.some(({ branches }) => branches.some((branch) => branch.length > 0));
        const { outputs } = asked ? await runs.run(prefix, chosen, { output: 'picked', long }) : NOTHING_PICKED;
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
    const { runs } = this;
    const alone = rows.map((row) => ({ ...row, branches: [] }));
    return runs.do(async () => {
      const result = new Array<Float32Array>(rows.length);
      for (const long of KINDS) {
        const wanted = alone.flatMap((row, index) => (runs.isLong(lengthOf(row)) === long ? [index] : []));
        for (const batch of rowBatches(
          wanted.map((index) => alone[index]!),
          runs.budget,
        )) {
          const chosen = batch.map((i) => wanted[i]!);
          const asked = chosen.map((index) => alone[index]!);
          const { outputs } = await runs.run(prefix, asked, { output: 'logits', long });
          chosen.forEach((index, n) => {
            result[index] = (outputs.logits!.data as Float32Array).slice(n * vocabSize, (n + 1) * vocabSize);
          });
        }
      }
      return result;
    });
  }

  /**
   * Greedy decoding: for each row, the most probable tokens one after the other, up to `endId` (which is not returned), `maxNew`
   * tokens or the end of the backbone's positions; what the rows' branches are does not matter.
   */
  async generate(
    prefix: CachedPrefix,
    rows: readonly BranchedRow[],
    endId: number | undefined,
    maxNew = MAX_NEW_TOKENS,
  ): Promise<GeneratedTokens[]> {
    const { maxPositions } = this.backbone.model.config;
    const decoding = new GreedyDecoding(this.runs, prefix, { endId, maxNew, maxPositions });
    return this.runs.do(() => decoding.behind(rows));
  }

  async release(): Promise<void> {
    await this.runs.release();
  }

  /** As `release`, behind what it has been asked for. */
  async releaseWhenDone(): Promise<void> {
    await this.runs.do(() => this.runs.release());
  }
}
