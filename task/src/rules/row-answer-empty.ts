import { t } from '../../../l10n/src/words.ts';
import { type Fix, fixOf, MOST_CHOICES } from '../fix.ts';
import { textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

const removeRow = (): Fix => ({
  title: t('Remove this row'),
  edits: 'remove-line',
  guess: true,
  forAll: t('Remove every row without an answer'),
});

export const rowAnswerEmpty: Rule = {
  code: 'row-answer-empty',
  severity: 'error',
  explanation: 'A row with an empty answer teaches the model to say nothing.',
  quickFix: 'Sets the answer to one of the labels, or removes the row.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": ""}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, places, isExample }, _context, report) {
    const field = template?.settings.answer_field;
    if (field === undefined || field === null || textOf(value, field)?.trim() !== '') return;
    report(() => ({
      at: places.value(field),
      message: t('The answer is empty; write what the model is to answer.'),
      fixes: [
        ...Object.keys(template?.settings.labels ?? {})
          .slice(0, MOST_CHOICES)
          .flatMap((label) => {
            const json = JSON.stringify(label);
            return fixOf(t('Set {0} to {1}', JSON.stringify(field), json), places.replace(field, json), {
              guess: true,
            });
          }),
        ...(isExample ? [] : [removeRow()]),
      ],
    }));
  },
};
