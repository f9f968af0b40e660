import { describe, expect, it } from 'vitest';
import { batchRuns, type RunBudget, runsOf, TOKENS_A_RUN } from '../../../engine/src/train/batch-runs.ts';

/** So many rows of four tokens, the last of which is to be learnt. */
const batch = (rows: number) =>
  Array.from({ length: rows }, (_, n) => ({
    taskname: 'task',
    row: { ids: Int32Array.of(-1, 10 * n, 10 * n + 1, 10 * n + 2), firstTarget: 3 },
  }));
const sizes = (rows: number, tokens: number, vocabSize: number, most?: number) =>
  [...runsOf(batch(rows), { tokens, ...(most ? { rows: most } : {}) }, vocabSize)].map((run) => run.rows.length);

describe('the runs of a batch', () => {
  it('are as large as the tokens allow: the common prefix once, and the rest of each row', () => {
    expect(sizes(7, 10, 100)).toEqual([3, 3, 1]);
    expect(sizes(7, 9, 100)).toEqual([2, 2, 2, 1]);
  });

  it('are as large as the logits allow, each anew', () => {
    // Two targets: 32 million logits a run of all tokens.
    expect(sizes(7, TOKENS_A_RUN, 2 ** 24)).toEqual([2, 2, 2, 1]);
  });

  it('have no more rows than may be computed at once, and one at least', () => {
    expect(sizes(7, TOKENS_A_RUN, 100, 3)).toEqual([3, 3, 1]);
    expect(sizes(2, 1, 2 ** 30)).toEqual([1, 1]);
  });
});

describe('the runs of several batches', () => {
  /** A row of so many tokens, the last of which is to be learnt. */
  const rowOf = (tokens: number) => ({
    taskname: 'task',
    row: { ids: Int32Array.from({ length: tokens }, (_, i) => i - 1), firstTarget: tokens - 1 },
  });
  /** Of each run, which batches have a part in it. */
  const together = (lengths: readonly number[], budget: RunBudget, vocabSize = 100) =>
    batchRuns(
      lengths.map((length) => [rowOf(length)]),
      budget,
      vocabSize,
    ).map((run) => run.map(({ of }) => of));

  it('have rows of several as long as the tokens allow, all as long as the longest', () => {
    expect(together([4, 12, 4], { tokens: 36 })).toEqual([[0, 1, 2]]);
    expect(together([4, 12, 4], { tokens: 35 })).toEqual([[0, 1], [2]]);
    expect(together([4, 12, 4], { tokens: 23 })).toEqual([[0], [1], [2]]);
  });

  it('have no more rows, and no more logits, than may be computed at once', () => {
    expect(together([4, 4, 4], { tokens: TOKENS_A_RUN, rows: 2 })).toEqual([[0, 1], [2]]);
    expect(together([4, 4, 4], { tokens: TOKENS_A_RUN }, 2 ** 24)).toEqual([[0, 1], [2]]);
  });

  it('have long rows apart from others', () => {
    expect(together([4, 12, 12], { tokens: TOKENS_A_RUN, longRowsOver: 8 })).toEqual([[0], [1, 2]]);
  });
});
