import { t } from '../../../l10n/src/words.ts';
import { SPLITS } from '../data-facts.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { removeFromList } from '../task-edits.ts';

export const rowDuplicate: Rule = {
  code: 'row-duplicate',
  severity: 'warning',
  explanation:
    'The same row stands twice in a file, or in two files of one list: the same task, with the same text in every field the template uses. Or a file stands twice in a list, so that each of its rows counts twice.',
  quickFix:
    'Removes the row with its line, or all duplicate rows of the file; of a file that is listed twice, one mention.',
  example: {
    of: 'rows',
    wrong: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}`,
    right: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Riktigt bra", "label": "positiva"}`,
  },
  looksAt: 'likeness',
  checkRow({ duplicateOf, file, places }, _context, report) {
    if (duplicateOf === undefined) return;
    const { file: other, line } = duplicateOf;
    report(() => ({
      at: places.whole(),
      message:
        other === file
          ? t('This row stands in line {0} already; remove one of them.', line + 1)
          : t('This row stands in line {0} of {1} already; remove one of them.', line + 1, other),
      related: [{ file: other, range: lineStart(line), message: t('The first of the two.') }],
      fixes: [{ title: t('Remove this row'), edits: 'remove-line', forAll: t('Remove every duplicate row') }],
    }));
  },
  /** A file that is read twice is one mistake, not one in each row. */
  checkData(context, data, report) {
    for (const { name, mentions } of data.files) {
      for (const { split } of SPLITS) {
        const [first, ...others] = mentions.filter((mention) => mention.split === split);
        for (const { node } of others) {
          report({
            at: spanOf(node),
            message: t('{0} is in this list already, so each of its rows counts twice.', JSON.stringify(name)),
            related: [context.related(spanOf(first!.node), t('It stands here first.'))],
            fixes: fixOf(t('Remove it'), removeFromList(context, node), { safe: true }),
          });
        }
      }
    }
  },
};

function lineStart(line: number) {
  return { start: { line, character: 0 }, end: { line, character: 1 } };
}
