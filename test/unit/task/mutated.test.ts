import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkTaskText } from '../../../task/src/check.ts';
import { ShapeTable } from '../../../task/src/data/row-shape.ts';
import { parseJsonTree, properties } from '../../../task/src/json-tree.ts';
import { repeatedFields, severalOf } from '../../../task/src/repeated-fields.ts';
import { RowPlaces } from '../../../task/src/row-view.ts';
import { parseRow } from '../../../task/src/rows.ts';
import { THOROUGH } from '../../thorough.ts';
import { row, TASK_PATH, taskFile } from './harness.ts';
import { mutated, mutations } from './mutations.ts';

/*
 * Ten thousands of mutated texts raise nothing: most of them rows, which take less time than task files.
 */

const ROW = row('å🙂 "bra"\n{label} <|VIRTUAL_PROMPT_0|>');

it('mutated task files are checked, and none raises anything', () => {
  const text = taskFile({ of: '"virtual_token_splits": [10], "truncate_field": "sentence"' });
  fc.assert(
    fc.property(mutations, (changes) => {
      const { problems } = checkTaskText(TASK_PATH, mutated(text, changes));
      expect(problems.every(({ message }) => message !== '')).toBe(true);
    }),
    { numRuns: THOROUGH ? 40_000 : 8_000 },
  );
});

it('mutated rows are read, and their keys, and none raises anything', () => {
  const shapes = new ShapeTable();
  fc.assert(
    fc.property(mutations, (changes) => {
      const text = mutated(ROW, changes);
      const read = parseRow(text);
      if (read?.value !== undefined) {
        const repeated = repeatedFields(text, read.value);
        shapes.of(read.value, repeated);
        const { root } = parseJsonTree(text, { comments: false });
        expect(repeated).toEqual(severalOf(properties(root!).map(({ name }) => name)));
      }
      const { start, end } = new RowPlaces(text).whole();
      if (!(0 <= start && start <= end && end <= text.length)) expect.unreachable(text);
    }),
    { numRuns: 60_000 },
  );
});
