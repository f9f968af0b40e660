import { labelOf } from '../labels.ts';
import { didYouMean, nearest } from '../nearest.ts';
import { textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

export const rowLabelUnknown: Rule = {
  code: 'row-label-unknown',
  severity: 'error',
  explanation: "The answer is none of the template's `labels` and none of their other forms.",
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
      const near = nearest(answer, forms.keys());
      return {
        at: places.value(field),
        message: `${JSON.stringify(shortened(answer))} is not one of the labels.${didYouMean(near)}`,
      };
    });
  },
};

const LONGEST_SHOWN = 60;

function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
