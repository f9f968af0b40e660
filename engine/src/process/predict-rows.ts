import type { PredictedRow, PredictParams, PredictResult } from '../../../protocol/src/predicting.ts';
import type { TaskFileReference } from '../../../protocol/src/task-files.ts';
import type { TaskAnswers } from '../answer/task-answers.ts';
import type { Notify } from './connection.ts';
import { log } from './log.ts';
import type { Releasable } from './opened-files.ts';
import type { Turns } from './turns.ts';

/**
 * Milliseconds that a batch of rows should take: between two, a request may be withdrawn or overtaken by the row under the
 * pointer. How many rows that is depends on the model and the task, and is found out on the way. A few rows take hardly
 * longer than one.
 */
const BATCH_MS = 50;
const SMALLEST_BATCH = 4;
const LARGEST_BATCH = 64;

/** A model that takes longer for a row is not asked for more than somebody wants to see. */
const QUICK_MS = 50;

interface AskedFile {
  readonly predictor: Releasable;
  answers(taskname: string): Pick<TaskAnswers, 'prompt' | 'answer' | 'prepareUntrained'>;
}

interface Means {
  readonly files: { open(reference: TaskFileReference): Promise<AskedFile>; leave(file: AskedFile): Promise<void> };
  readonly turns: Turns;
  readonly notify: Notify;
}

/** Answers rows, those that come first first, and tells each part as soon as it is there. */
export async function predictRows(params: PredictParams, signal: AbortSignal, means: Means): Promise<PredictResult> {
  const { token, taskname, rows, withUntrained, urgency } = params;
  const { files, turns, notify } = means;
  const begun = performance.now();
  const result = await turns.take(urgency, signal, async (turn) => {
    const file = await files.open(params);
    try {
      const answers = file.answers(taskname);
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
    } finally {
      await files.leave(file);
    }
  });
  const isQuick = performance.now() - begun <= QUICK_MS * rows.length;
  if (urgency === 'visible' && !withUntrained && isQuick) void prepareHover(params, means);
  return result;
}

/** Whoever sees answers beside rows will soon point at one, and then the model without a prompt is asked, too. */
async function prepareHover(params: PredictParams, { files, turns }: Means): Promise<void> {
  const [row] = params.rows;
  if (row === undefined) return;
  const never = new AbortController().signal;
  try {
    await turns.take('background', never, async () => {
      await (await files.open(params)).answers(params.taskname).prepareUntrained(row);
    });
  } catch (error) {
    log.info(`the model without a prompt is not ready: ${String(error)}`);
  }
}
