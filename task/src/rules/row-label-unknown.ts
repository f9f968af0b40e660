import { shortened } from '../../../l10n/src/characters.ts';
import { t } from '../../../l10n/src/words.ts';
import { type Fix, fixOf, MOST_CHOICES } from '../fix.ts';
import { labelOf } from '../labels.ts';
import { allNear, didYouMean } from '../nearest.ts';
import { type RowPlaces, textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

export const rowLabelUnknown: Rule = {
  code: 'row-label-unknown',
  severity: 'error',
  explanation: "The answer is none of the template's `labels` and none of their other forms.",
  quickFix: 'Changes the answer to the nearest labels, or to one of all; also in all rows of the file that have it.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "postiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'answer',
  checkRow({ value, template, places }, _context, report) {
    const forms = template?.forms;
    const field = template?.settings.answer_field;
    if (forms === undefined || field === undefined || field === null) return;
    const answer = textOf(value, field);
    // An empty answer has a rule of its own.
    if (answer === undefined || answer.trim() === '' || labelOf(forms, answer) !== undefined) return;
    report(() => {
      const near = allNear(answer, forms.keys());
      const shown = JSON.stringify(shortened(answer, LONGEST_SHOWN));
      const labels = Object.keys(template!.settings.labels!).slice(0, MOST_CHOICES);
      return {
        at: places.value(field),
        message:
          near.length > 0
            ? `${t('{0} is not one of the labels.', shown)}${didYouMean(near[0])}`
            : t('{0} is not one of the labels. Correct it, or add it to "labels".', shown),
        fixes:
          near.length > 0
            ? near.flatMap((label) => changeLabel(field, answer, label, places))
            : labels.flatMap((label) => changeLabel(field, answer, label, places, { guess: true })),
      };
    });
  },
};

function changeLabel(
  field: string,
  answer: string,
  label: string,
  places: RowPlaces,
  options: Pick<Fix, 'guess'> = {},
): Fix[] {
  const json = JSON.stringify(label);
  // A text that is too long to be shown is not told from others by a title.
  const forAll = t('Change every {0} to {1}', JSON.stringify(answer), json);
  const hasTitle = answer.length <= LONGEST_SHOWN;
  return fixOf(t('Change to {0}', json), places.replace(field, json), { ...options, ...(hasTitle ? { forAll } : {}) });
}

const LONGEST_SHOWN = 60;
