import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { removeFromList } from '../task-edits.ts';

export const dataLeak: Rule = {
  code: 'data-leak',
  severity: 'warning',
  explanation:
    'A row of the training data is also in the validation or test data, so that what is measured there is partly what was learned by heart.',
  quickFix:
    'Removes the row from the validation or test data, or all such rows of the file; of a file that is both, its mention.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["train.jsonl"], "test_ds": ["train.jsonl"] }',
    right: '"data": { "train_ds": ["train.jsonl"], "test_ds": ["test.jsonl"] }',
  },
  looksAt: 'likeness',
  checkRow({ leakedFrom, places }, _context, report) {
    if (leakedFrom === undefined) return;
    const { file, line } = leakedFrom;
    report(() => ({
      at: places.whole(),
      message: `This row is also in the training data, in line ${line + 1} of ${file}; remove it from one of them.`,
      related: [
        { file, range: { start: { line, character: 0 }, end: { line, character: 1 } }, message: 'The training row.' },
      ],
      fixes: [
        {
          title: 'Remove this row',
          edits: 'remove-line',
          forAll: 'Remove every row that is also in the training data',
        },
      ],
    }));
  },
  /** A whole file that is in both is one mistake, not one in each row. */
  checkData(context, data, report) {
    for (const { name, mentions } of data.files) {
      const training = mentions.find(({ split }) => split === 'train');
      if (training === undefined) continue;
      for (const { split, node } of mentions) {
        if (split === 'train') continue;
        report({
          at: spanOf(node),
          message: `${JSON.stringify(name)} is training data too, so ${split} figures would say nothing.`,
          related: [context.related(spanOf(training.node), 'It is training data here.')],
          fixes: fixOf(`Take it out of the ${split} data`, removeFromList(context, node)),
        });
      }
    }
  },
};
