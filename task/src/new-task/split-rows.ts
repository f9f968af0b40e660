import type { Split } from '../data-facts.ts';

/** Of fewer rows none is held out. */
export const FEWEST_TO_SPLIT = 5;

/**
 * Which split each row is for. Of each label the same share goes to the validation and to the test rows, at least one row of five;
 * of free text, of all rows together. It follows from the rows alone: in whatever order they stand, each is for the same split. Rows
 * with the same key are for one split, whatever their answers.
 * @param keys of the rows' texts
 * @param labels of the rows; undefined for free text
 * @param share of the rows for validation, and of those for the test; from 0 to 0.4
 */
export function splitRows(keys: readonly number[], labels: readonly string[] | undefined, share: number): Split[] {
  // Which label a text with several counts for must not depend on the order.
  const labelOf = new Map<number, string>();
  for (const [place, key] of keys.entries()) {
    const [known, label] = [labelOf.get(key), labels?.[place] ?? ''];
    if (known === undefined || label < known) labelOf.set(key, label);
  }
  const ofLabel = new Map<string, number[]>();
  for (const [key, label] of labelOf) {
    const own = ofLabel.get(label);
    if (own) own.push(key);
    else ofLabel.set(label, [key]);
  }
  const splits = new Map<number, Split>();
  for (const own of ofLabel.values()) {
    const held = own.length < FEWEST_TO_SPLIT || share === 0 ? 0 : Math.max(1, Math.round(own.length * share));
    for (const [place, key] of own
      .sort((a, b) => a - b)
      .slice(0, 2 * held)
      .entries()) {
      splits.set(key, place < held ? 'test' : 'validation');
    }
  }
  return keys.map((key) => splits.get(key) ?? 'train');
}
