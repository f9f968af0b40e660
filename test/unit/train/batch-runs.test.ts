import { describe, expect, it } from 'vitest';
import { runsOf, TOKENS_A_RUN } from '../../../engine/src/train/batch-runs.ts';

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
