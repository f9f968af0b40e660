import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';

export const rowFieldRepeated: Rule = {
  code: 'row-field-repeated',
  severity: 'warning',
  explanation: 'A field stands several times in one row. Only the last one counts; the others are passed over.',
  quickFix: 'Removes those that do not count; also from all such rows of the file.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva", "label": "negativa"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ repeated, places }, _context, report) {
    for (const field of repeated) {
      const name = JSON.stringify(field);
      report(() => ({
        at: places.keys(field)[1] ?? places.whole(),
        message: t('The key {0} stands here a second time; the last one counts.', name),
        fixes: fixOf(t('Remove all but the last {0}', name), places.removeEarlier(field), {
          forAll: t('Remove all but the last {0} from every such row', name),
        }),
      }));
    }
  },
};
