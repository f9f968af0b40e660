/*
 * Some backbones (LongRoPE) compute all tokens of a row otherwise where it has more than so many. What rows have in common is
 * then the same only for rows of one kind, so the two kinds never go through a graph together.
 */

/** An input [1] (int32) of the graphs of such a backbone: 1 where the rows are long ones, 0 where they are not. */
export const LONG_ROWS = 'long_rows';

/** Whether a row of so many tokens is a long one. @param over undefined where the backbone computes all rows alike */
export function isLong(tokens: number, over: number | undefined): boolean {
  return over !== undefined && tokens > over;
}
