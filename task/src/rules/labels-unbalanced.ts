import { t } from '../../../l10n/src/words.ts';
import { properties, spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

const SMALLEST_SHARE = 0.1;

export const labelsUnbalanced: Rule = {
  code: 'labels-unbalanced',
  severity: 'information',
  explanation:
    'A label has less than a tenth of the training rows of the commonest one; the model may never say it. Macro-F1 shows this, accuracy does not.',
  example: {
    of: 'template',
    wrong: '"labels": { "positiva": [], "negativa": [], "neutrala": [] }',
    right: '"labels": { "positiva": [], "negativa": [] }',
  },
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const counts = data.tasks.get(template.settings.taskname)?.labelCounts;
      const labels = context.givenIn(template, 'labels');
      if (counts === undefined || labels === undefined) continue;
      const most = Math.max(0, ...counts.values());
      for (const { key, name } of properties(labels)) {
        const count = counts.get(name) ?? 0;
        if (count >= most * SMALLEST_SHARE) continue;
        report({
          at: spanOf(key),
          message: t(
            '{0} has {1} training rows, less than a tenth of the {2} of the commonest label.',
            JSON.stringify(name),
            count,
            most,
          ),
        });
      }
    }
  },
};
