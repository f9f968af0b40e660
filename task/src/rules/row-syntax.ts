import type { Rule } from '../rule.ts';

export const rowSyntax: Rule = {
  code: 'row-syntax',
  severity: 'error',
  explanation:
    'Each line of a data file is one JSON object, in UTF-8 and without comments. Blank lines are passed over.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  checkBadRow(row, report) {
    report(() => ({ at: row.problem, message: row.problem.message }));
  },
};
