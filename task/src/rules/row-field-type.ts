import type { Rule } from '../rule.ts';

export const rowFieldType: Rule = {
  code: 'row-field-type',
  severity: 'error',
  explanation: 'The fields that a template uses hold text.',
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
      report(() => ({ at: places.value(field), message: `${JSON.stringify(field)} must be a text in double quotes.` }));
    }
  },
};
