import { t } from '../../../l10n/src/words.ts';
import type { Rule } from '../rule.ts';

export const rowDuplicate: Rule = {
  code: 'row-duplicate',
  severity: 'warning',
  explanation:
    'The same row stands twice in a file: the same task, with the same text in every field the template uses.',
  quickFix: 'Removes the row with its line, or all duplicate rows of the file.',
  example: {
    of: 'rows',
    wrong: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}`,
    right: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Riktigt bra", "label": "positiva"}`,
  },
  looksAt: 'likeness',
  checkRow({ duplicateOf, file, places }, _context, report) {
    if (duplicateOf < 0) return;
    report(() => ({
      at: places.whole(),
      message: t('This row stands in line {0} already; remove one of them.', duplicateOf + 1),
      related: [{ file, range: lineStart(duplicateOf), message: t('The first of the two.') }],
      fixes: [{ title: t('Remove this row'), edits: 'remove-line', forAll: t('Remove every duplicate row') }],
    }));
  },
};

function lineStart(line: number) {
  return { start: { line, character: 0 }, end: { line, character: 1 } };
}
