import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { removeFromList } from '../task-edits.ts';

export const dataLeak: Rule = {
  code: 'data-leak',
  severity: 'warning',
  explanation:
    'A row of the training data is also in the validation or test data, perhaps with another form of its label, or with other capitals, blanks or composed letters in its text, so that what is measured there is partly what was learned by heart. Rows whose answers differ are none, nor are those of a task in which capitals or blanks decide the label. That a file is both validation and test data is only information: its rows choose the best epoch.',
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
    const { file, line, isFolded } = leakedFrom;
    report(() => ({
      at: places.whole(),
      message: isFolded
        ? t(
            'This row is also in the training data, in line {0} of {1}, with no difference but in letter case, blanks or how letters are composed; remove it from one of them.',
            line + 1,
            file,
          )
        : t('This row is also in the training data, in line {0} of {1}; remove it from one of them.', line + 1, file),
      related: [
        {
          file,
          range: { start: { line, character: 0 }, end: { line, character: 1 } },
          message: t('The training row.'),
        },
      ],
      fixes: [
        {
          title: t('Remove this row'),
          edits: 'remove-line',
          forAll: t('Remove every row that is also in the training data'),
        },
      ],
    }));
  },
  /** A whole file that is in both is one mistake, not one in each row. */
  checkData(context, data, report) {
    for (const { name, mentions } of data.files) {
      const training = mentions.find(({ split }) => split === 'train');
      const validation = mentions.find(({ split }) => split === 'validation');
      const quoted = JSON.stringify(name);
      for (const { split, node } of mentions) {
        if (split === 'train') continue;
        const fixes = fixOf(
          split === 'test' ? t('Take it out of the test data') : t('Take it out of the validation data'),
          removeFromList(context, node),
        );
        if (training !== undefined) {
          report({
            at: spanOf(node),
            message:
              split === 'test'
                ? t('{0} is training data too, so test figures would say nothing.', quoted)
                : t('{0} is training data too, so validation figures would say nothing.', quoted),
            related: [context.related(spanOf(training.node), t('It is training data here.'))],
            fixes,
          });
        } else if (split === 'test' && validation !== undefined) {
          report({
            at: spanOf(node),
            severity: 'information',
            message: t(
              '{0} is validation data too, by which the best epoch is chosen, so test figures may look better than they are.',
              quoted,
            ),
            related: [context.related(spanOf(validation.node), t('It is validation data here.'))],
            fixes,
          });
        }
      }
    }
  },
};
