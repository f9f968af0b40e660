import { commonPrefixLength } from '../data/packed-batch.ts';
import { countTargets, type TokenRow } from '../data/token-row.ts';

export interface TaskRow {
  readonly taskname: string;
  readonly row: TokenRow;
}

/** Rows that go through the backbone together. */
export interface BatchRun {
  readonly taskname: string;
  readonly rows: readonly TokenRow[];
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

/**
 * The batch in runs of one task each, rows of like length together.
 * @param tokensARun the most tokens of a run, where it has more than one row; logits keep to a budget in proportion to it
 */
export function* runsOf(batch: readonly TaskRow[], tokensARun: number, vocabSize: number): Generator<BatchRun> {
  const targetsARun = Math.floor((LOGITS_A_RUN * tokensARun) / TOKENS_A_RUN / vocabSize);
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
      if (run.length > 0 && (tokens > tokensARun || targets + rowTargets > targetsARun)) {
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
