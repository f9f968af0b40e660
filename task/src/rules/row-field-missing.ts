import type { Rule } from '../rule.ts';

export const rowFieldMissing: Rule = {
  code: 'row-field-missing',
  severity: 'error',
  explanation:
    'A row has every field that its template uses; NeMo silently takes "" for a missing one. An example in the task file needs no answer.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, isExample, places }, _context, report) {
    if (template === undefined) return;
    for (const field of template.fields) {
      if (Object.hasOwn(value, field)) continue;
      if (isExample && field === template.settings.answer_field) continue;
      report(
        () => ({
          at: places.whole(),
          message: `This row has no field ${JSON.stringify(field)}, which its template uses.`,
        }),
        missingFieldGroup(template.settings.taskname, field),
      );
    }
  },
};

/** Rows that lack one field of one task; they are dropped where no row has it, since then the template is at fault. */
export function missingFieldGroup(taskname: string, field: string): string {
  return JSON.stringify([taskname, field]);
}
