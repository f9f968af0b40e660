import type { PredictedRow, PredictParams, PredictResult } from '../../../protocol/src/engine.ts';
import type { Notify } from './connection.ts';
import type { OpenedFiles } from './opened-files.ts';
import type { Turns } from './turns.ts';

/**
 * Milliseconds that a batch of rows should take: between two, a request may be withdrawn or overtaken by the row under the
 * pointer. How many rows that is depends on the model and the task, and is found out on the way. A few rows take hardly
 * longer than one.
 */
const BATCH_MS = 50;
const SMALLEST_BATCH = 4;
const LARGEST_BATCH = 64;

/** Answers rows, those that come first first, and tells each part as soon as it is there. */
export async function predictRows(
  { token, taskname, rows, withUntrained, urgency, ...reference }: PredictParams,
  signal: AbortSignal,
  { files, turns, notify }: { readonly files: OpenedFiles; readonly turns: Turns; readonly notify: Notify },
): Promise<PredictResult> {
  return turns.take(urgency, signal, async (turn) => {
    const answers = (await files.open(reference)).answers(taskname);
    const prompt = answers.prompt.state;
    const predicted: PredictedRow[] = [];
    let size = SMALLEST_BATCH;
    for (let from = 0; from < rows.length; from = predicted.length) {
      if (from > 0) await turn.pass();
      const started = performance.now();
      const part = await answers.answer(rows.slice(from, from + size), withUntrained);
      predicted.push(...part);
      notify('predicted', { token, prompt, from, rows: part });
      // At most twice as many: rows that were known already say nothing about those that are not.
      const fitting = Math.round((size * BATCH_MS) / (performance.now() - started));
      size = Math.min(Math.max(SMALLEST_BATCH, fitting), 2 * size, LARGEST_BATCH);
    }
    return { prompt, rows: predicted };
  });
}
