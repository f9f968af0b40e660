import { t } from '../../../l10n/src/words.ts';
import { isHalfWritten } from '../context.ts';
import { changeTo, fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Rule } from '../rule.ts';
import { replaceNode } from '../task-edits.ts';

export const truncateFieldUnknown: Rule = {
  code: 'truncate-field-unknown',
  severity: 'error',
  explanation: '`truncate_field` names a placeholder of the template, or is null.',
  quickFix: 'Changes it to the nearest field, or truncates none.',
  example: {
    of: 'template',
    wrong: '"truncate_field": "text"',
    right: '"truncate_field": "sentence"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { truncate_field } = template.settings;
      const node = context.givenIn(template, 'truncate_field');
      if (node === undefined || truncate_field === null || template.fields.includes(truncate_field)) continue;
      const text = context.givenIn(template, 'prompt_template');
      if (text === undefined || isHalfWritten(template, truncate_field)) continue;
      const near = allNear(
        truncate_field,
        template.fields.filter((name) => name !== template.settings.answer_field),
      );
      report({
        at: spanOf(node),
        message: `${t('The template has no placeholder {0} to truncate.', `{${truncate_field}}`)}${didYouMean(near[0])}`,
        related: [context.related(spanOf(text), t('The template.'))],
        fixes: [...changeTo(node, near), ...fixOf(t('Truncate no field'), replaceNode(node, 'null'))],
      });
    }
  },
};
