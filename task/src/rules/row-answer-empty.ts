import { textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

export const rowAnswerEmpty: Rule = {
  code: 'row-answer-empty',
  severity: 'error',
  explanation: 'A row with an empty answer teaches the model to say nothing.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": ""}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, places }, _context, report) {
    const field = template?.settings.answer_field;
    if (field === undefined || field === null || textOf(value, field)?.trim() !== '') return;
    report(() => ({ at: places.value(field), message: 'The answer is empty.' }));
  },
};
