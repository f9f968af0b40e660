import { spanOf } from '../json-tree.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { Rule } from '../rule.ts';

export const answerFieldMissing: Rule = {
  code: 'answer-field-missing',
  severity: 'error',
  explanation:
    'With `answer_only_loss`, and with `labels`, ptask must know which field is the answer: `answer_field` names it, and the template has it as a placeholder.',
  example: {
    of: 'template',
    wrong: '"answer_only_loss": true,\n"answer_field": null',
    right: '"answer_only_loss": true,\n"answer_field": "label"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { answer_field, answer_only_loss, labels } = template.settings;
      const field = context.givenIn(template, 'answer_field');
      if (answer_field === null) {
        const needs = answer_only_loss
          ? context.givenIn(template, 'answer_only_loss')
          : labels === null
            ? undefined
            : context.keyIn(template, 'labels');
        if (needs === undefined) continue;
        report({
          at: spanOf(needs),
          message: `${answer_only_loss ? '"answer_only_loss"' : '"labels"'} needs an "answer_field": the placeholder that holds the answer.`,
        });
      } else if (field !== undefined && !template.fields.includes(answer_field)) {
        if (context.givenIn(template, 'prompt_template') === undefined) continue;
        const near = nearest(answer_field, template.fields);
        report({
          at: spanOf(field),
          message: `The template has no placeholder {${answer_field}} for the answer.${didYouMean(near)}`,
          ...context.replaceString(field, near),
        });
      }
    }
  },
};
