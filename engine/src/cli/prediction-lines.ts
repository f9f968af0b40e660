import type { TaskTemplate } from '../../../task/src/types.ts';
import { promptText } from '../answer/prompt-text.ts';
import { expectedOf, isRight } from '../answer/row-facts.ts';
import { columnsOf, filled } from '../columns.ts';
import type { Row } from '../data/tokenise.ts';
import type { Prediction } from '../predict/task-predictor.ts';
import { oneLine, percent } from '../text.ts';

/** A question is shown with so many columns at least, even where that makes its line too long. */
const FEWEST_COLUMNS = 20;

/**
 * A row with its answer, for a person: a label in front of the question, so that answers stand below each other, and text that was
 * generated below it.
 * @param columns that a line may take; undefined where it may be of any length
 */
export function predictionLines(
  template: TaskTemplate,
  row: Row,
  { text, candidates, cut }: Prediction,
  columns: number | undefined,
): string[] {
  const room = (taken: number) =>
    columns === undefined ? Number.POSITIVE_INFINITY : Math.max(FEWEST_COLUMNS, columns - taken);
  const question = promptText(template, row);
  const expected = expectedOf(template, row);
  const own = expected?.label ?? expected?.text;
  const remark = own === undefined ? '' : isRight(expected, text) ? '  (right)' : `  (the row says ${own})`;
  if (!candidates) return [oneLine(question, room(0)), `  → ${oneLine(text)}${cut ? '…' : ''}${remark}`];
  const width = Math.max(...Object.keys(template.labels ?? {}).map(columnsOf));
  const answer = `${filled(text, width)}  ${percent(candidates[0]!.probability).padStart(6)}`;
  return [`${answer}  ${oneLine(question, room(columnsOf(answer) + 2 + columnsOf(remark)))}${remark}`];
}
