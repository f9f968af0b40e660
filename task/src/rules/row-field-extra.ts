import type { Rule } from '../rule.ts';

export const rowFieldExtra: Rule = {
  code: 'row-field-extra',
  severity: 'information',
  explanation: 'A row has a field that its template does not use. ptask passes it over; NeMo would stop.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva", "id": "17"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, places }, _context, report) {
    if (template === undefined) return;
    for (const field in value) {
      if (field === 'taskname' || template.fields.includes(field)) continue;
      report(() => ({
        at: places.key(field),
        message: `The template does not use the field ${JSON.stringify(field)}.`,
      }));
    }
  },
};
