import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Rows } from '../data/row-store.ts';
import type { RowTokeniser } from '../data/tokenise.ts';
import { MAX_NEW_TOKENS } from '../predict/greedy-decoding.ts';

/** How many of a task's rows have an answer of more tokens than are generated; none where labels are scored. */
export function longAnswers(
  { labels, answer_field }: TaskTemplate,
  tokeniser: RowTokeniser,
  store: Rows,
  numbers: readonly number[],
): number {
  if (labels || answer_field === null) return 0;
  const isLong = (number: number) =>
    tokeniser.answerLength(String(store.row(number)[answer_field] ?? '')) > MAX_NEW_TOKENS;
  return numbers.filter(isLong).length;
}
