import { t } from '../../../l10n/src/words.ts';
import { textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

/** Of several fields some may well be empty. An example without a text shows what the prompt says to nothing. */
export const rowInputEmpty: Rule = {
  code: 'row-input-empty',
  severity: 'warning',
  explanation:
    'Every field but the answer is empty or blank, as cells of a table are that nobody filled in. Such a row teaches an answer to nothing at all, and one that is measured is a guess.',
  quickFix: 'Removes the row, or all such rows of the file.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": " ", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, places, isExample }, _context, report) {
    if (template === undefined || isExample || !template.areFieldsKnown) return;
    const inputs = template.fields.filter((field) => field !== template.settings.answer_field);
    const [first] = inputs;
    if (first === undefined || !inputs.every((field) => textOf(value, field)?.trim() === '')) return;
    report(() => ({
      at: places.value(first),
      message: t(
        'There is no text in this row, so that its answer is an answer to nothing; fill in {0}, or remove the row.',
        inputs.map((field) => JSON.stringify(field)).join(', '),
      ),
      fixes: [
        {
          title: t('Remove this row'),
          edits: 'remove-line',
          guess: true,
          forAll: t('Remove every row without a text'),
        },
      ],
    }));
  },
};
