import { sum } from '../vectors.ts';

/** Rows of a task that are worked on at first; four times as many always are. */
const FEW = 2;

/** Seconds that are spent on more of them: a share of what they are found to take, from one limit to the other. */
const MEASURED = { least: 1.5, share: 0.03, most: 3 };

/**
 * What some work takes for all rows, from what it takes for a few and, while there is time, for four times as many: a part is the
 * same for any number of rows.
 * @param sizes rows of each task
 * @param times how often it will be done
 * @param work takes the most rows of a task, and gives its seconds
 */
export async function secondsOfRows(
  sizes: readonly number[],
  times: number,
  work: (most: number) => Promise<number>,
): Promise<number> {
  const rowsOf = (most: number) => sum(sizes.map((size) => Math.min(size, most)));
  const largest = Math.max(...sizes);
  const all = rowsOf(largest);
  let most = Math.min(largest, FEW);
  // Sessions are made.
  await work(most);
  let seconds = await work(most);
  let ofAll = (seconds * all) / rowsOf(most);
  for (let spent = seconds; most < largest; spent += seconds) {
    const budget = Math.min(MEASURED.most, Math.max(MEASURED.least, MEASURED.share * times * ofAll));
    // Four times the rows take less than four times as long.
    if (most > FEW && spent + 3 * seconds > budget) break;
    const [fewer, before] = [rowsOf(most), seconds];
    most = Math.min(largest, 4 * most);
    seconds = await work(most);
    const rows = rowsOf(most);
    const ofARow = Math.min(Math.max((seconds - before) / (rows - fewer), seconds / rows / 20), seconds / rows);
    ofAll = seconds + ofARow * (all - rows);
  }
  return ofAll;
}
