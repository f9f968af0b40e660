import { t } from '../../../l10n/src/words.ts';
import { changeTo, fixOf, MOST_CHOICES } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { replaceNode } from '../task-edits.ts';

export const truncateIsAnswer: Rule = {
  code: 'truncate-is-answer',
  severity: 'error',
  explanation: 'The answer may not be truncated: the model would learn to write half of it.',
  quickFix: 'Names another field, or none.',
  example: {
    of: 'template',
    wrong: '"truncate_field": "label",\n"answer_field": "label"',
    right: '"truncate_field": "sentence",\n"answer_field": "label"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { truncate_field, answer_field } = template.settings;
      const node = context.givenIn(template, 'truncate_field');
      const answer = context.givenIn(template, 'answer_field');
      if (node === undefined || answer === undefined || truncate_field === null || truncate_field !== answer_field)
        continue;
      const others = template.fields.filter((name) => name !== answer_field).slice(0, MOST_CHOICES);
      report({
        at: spanOf(node),
        message: t('The answer may not be truncated; name another field, or null.'),
        related: [context.related(spanOf(answer), t('The answer is named here.'))],
        fixes: [...changeTo(node, others), ...fixOf(t('Truncate no field'), replaceNode(node, 'null'))],
      });
    }
  },
};
