import { parseJsonTree, property } from '../json-tree.ts';
import type { RowObject } from '../rows.ts';

/** Whether a number of JSON may have lost digits, as those of ids with more than fifteen do. */
const mayHaveLost = (value: unknown) => typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;

/** Longer ones name nothing, and take seconds to be written out again. */
const LONGEST = 1000;

/**
 * A row with all digits of its whole numbers: those that a number of JavaScript cannot hold are a bigint.
 * @param text the JSON that it was read from
 */
export function withWholeNumbers(text: string, row: RowObject): RowObject {
  if (!Object.values(row).some(mayHaveLost)) return row;
  const { root } = parseJsonTree(text, { comments: false });
  const whole = Object.entries(row);
  for (const entry of whole) {
    const node = mayHaveLost(entry[1]) ? property(root, entry[0])?.value : undefined;
    const source = node === undefined ? '' : text.slice(node.offset, node.offset + node.length);
    if (/^-?\d+$/.test(source) && source.length <= LONGEST) entry[1] = BigInt(source);
  }
  return Object.fromEntries(whole);
}
