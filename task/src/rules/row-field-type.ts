import { t } from '../../../l10n/src/words.ts';
import type { TemplateView } from '../context.ts';
import { type Fix, fixOf } from '../fix.ts';
import { labelOf } from '../labels.ts';
import type { RowPlaces } from '../row-view.ts';
import type { Rule } from '../rule.ts';

export const rowFieldType: Rule = {
  code: 'row-field-type',
  severity: 'error',
  explanation: 'The fields that a template uses hold text.',
  quickFix: 'Makes a text of the value; also in all such rows of the file.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": 1}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, places }, _context, report) {
    if (template === undefined) return;
    for (const field of template.fields) {
      if (!Object.hasOwn(value, field) || typeof value[field] === 'string') continue;
      report(() => ({
        at: places.value(field),
        message: t('{0} must be a text in double quotes.', JSON.stringify(field)),
        fixes: asText(field, value[field], template, places),
      }));
    }
  },
};

/** The value as a text, as it is written; null is no text at all. */
function asText(field: string, value: unknown, { settings, forms }: TemplateView, places: RowPlaces): Fix[] {
  const text = value === null ? '' : places.source(field);
  const isAnswer = field === settings.answer_field;
  // An answer that is empty or no label would only be wrong in another way.
  if (isAnswer && (text === '' || (forms !== undefined && labelOf(forms, text) === undefined))) return [];
  const json = JSON.stringify(text);
  return fixOf(t('Change to {0}', json), places.replace(field, json), {
    forAll: t('Make a text of every {0}', JSON.stringify(field)),
  });
}
