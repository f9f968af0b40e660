import type { Fix } from '../fix.ts';
import type { Rule } from '../rule.ts';

const REMOVE_ROW: Fix = {
  title: 'Remove this row, which is skipped anyway',
  edits: 'remove-line',
  forAll: 'Remove every row that is skipped',
};

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
    if (count <= limit) return;
    const field = template.settings.truncate_field;
    report(() => {
      const size = `This row has ${count} tokens, more than the ${limit} it may have`;
      if (field !== null && truncatable >= count - limit) {
        const message = `${size}: the last ${count - limit} tokens of ${JSON.stringify(field)} are cut off.`;
        return { at: places.value(field), message };
      }
      const why = field === null ? 'there is no "truncate_field"' : `${JSON.stringify(field)} is too short to cut`;
      return {
        at: places.whole(),
        message: `${size}: it is skipped, since ${why}.`,
        fixes: isExample ? [] : [REMOVE_ROW],
      };
    });
  },
};
