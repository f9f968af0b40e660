import { t } from '../../../l10n/src/words.ts';
import type { Fix } from '../fix.ts';
import type { Rule } from '../rule.ts';

const removeRow = (): Fix => ({
  title: t('Remove this row, which is skipped anyway'),
  edits: 'remove-line',
  forAll: t('Remove every row that is skipped'),
});

/** The group of rows that training leaves out; the others are cut. */
export const SKIPPED = 'skipped';

export const rowTooLong: Rule = {
  code: 'row-too-long',
  severity: 'warning',
  explanation:
    'A row has more tokens than `max_seq_length`, or than the backbone can take. The end of `truncate_field` is cut off; without one, or when that is not enough, the row is skipped.',
  quickFix: 'Removes a row that is skipped, or all of them.',
  example: {
    of: 'rows',
    wrong: `{"taskname": "sentiment-task", "sentence": "${'bra '.repeat(60).trim()}", "label": "positiva"}`,
    right: '{"taskname": "sentiment-task", "sentence": "bra bra bra", "label": "positiva"}',
  },
  looksAt: 'tokens',
  checkRow({ tokens, template, places, isExample }, _context, report) {
    if (tokens === undefined || template === undefined) return;
    const { count, limit, truncatable } = tokens();
    // No row fits a template whose virtual tokens leave no room, which is at fault then.
    if (count <= limit || template.settings.total_virtual_tokens >= limit) return;
    const field = template.settings.truncate_field;
    const isCut = field !== null && truncatable >= count - limit;
    report(
      () => {
        if (isCut) {
          const message = t(
            'This row has {0} tokens, more than the {1} it may have: the last {2} tokens of {3} are cut off.',
            count,
            limit,
            count - limit,
            JSON.stringify(field),
          );
          return { at: places.value(field), message };
        }
        return {
          at: places.whole(),
          message:
            field === null
              ? t(
                  'This row has {0} tokens, more than the {1} it may have: it is skipped, since there is no "truncate_field".',
                  count,
                  limit,
                )
              : t(
                  'This row has {0} tokens, more than the {1} it may have: it is skipped, since {2} is too short to cut.',
                  count,
                  limit,
                  JSON.stringify(field),
                ),
          fixes: isExample ? [] : [removeRow()],
        };
      },
      isCut ? '' : SKIPPED,
    );
  },
};
