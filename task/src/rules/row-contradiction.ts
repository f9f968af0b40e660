import { t } from '../../../l10n/src/words.ts';
import type { Rule } from '../rule.ts';

/** Of a task without labels, the same text may well have several right answers. */
export const rowContradiction: Rule = {
  code: 'row-contradiction',
  severity: 'warning',
  explanation:
    'A row has the same text as an earlier one of its file or of another in the same list, or as a training row, in every field but the answer, and another label. One of the two is wrong, or the template leaves out what tells them apart: training cannot learn both, and one of them always counts as wrong.',
  example: {
    of: 'rows',
    wrong: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "negativa"}`,
    right: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Mycket dåligt", "label": "negativa"}`,
  },
  looksAt: 'likeness',
  checkRow({ answeredOtherwise, template, file, places }, _context, report) {
    if (answeredOtherwise === undefined) return;
    report(() => {
      const { file: other, line, label } = answeredOtherwise;
      const json = JSON.stringify(label);
      return {
        at: places.value(template?.settings.answer_field ?? ''),
        message:
          other === file
            ? t(
                'In line {0} the same text has the label {1}, and no model can learn both: correct one of the two, or tell them apart in the template.',
                line + 1,
                json,
              )
            : t(
                'In line {0} of {1} the same text has the label {2}, and no model can learn both: correct one of the two, or tell them apart in the template.',
                line + 1,
                other,
                json,
              ),
        related: [
          {
            file: other,
            range: { start: { line, character: 0 }, end: { line, character: 1 } },
            message: t('The other row.'),
          },
        ],
      };
    });
  },
};
