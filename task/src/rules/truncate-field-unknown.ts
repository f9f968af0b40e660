import { spanOf } from '../json-tree.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { Rule } from '../rule.ts';

export const truncateFieldUnknown: Rule = {
  code: 'truncate-field-unknown',
  severity: 'error',
  explanation: '`truncate_field` names a placeholder of the template, or is null.',
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
      if (context.givenIn(template, 'prompt_template') === undefined) continue;
      const near = nearest(truncate_field, template.fields);
      report({
        at: spanOf(node),
        message: `The template has no placeholder {${truncate_field}} to truncate.${didYouMean(near)}`,
        ...context.replaceString(node, near),
      });
    }
  },
};
