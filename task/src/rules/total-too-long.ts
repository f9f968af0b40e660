import type { TaskContext, TemplateView } from '../context.ts';
import { type Span, spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const totalTooLong: Rule = {
  code: 'total-too-long',
  severity: 'error',
  explanation:
    'The virtual tokens must leave room for text: there must be fewer of them than `max_seq_length`, and than the backbone can take.',
  example: {
    of: 'template',
    wrong: '"total_virtual_tokens": 4000',
    right: '"total_virtual_tokens": 20',
  },
  checkFile(context, report) {
    const { max_seq_length } = context.file.data;
    const limit = context.given('data', 'max_seq_length');
    for (const template of context.templates) {
      const at = totalSpan(context, template);
      if (at === undefined || !isTooLong(template, max_seq_length)) continue;
      report({
        at,
        message: `${template.settings.total_virtual_tokens} virtual tokens leave no room for text in a "max_seq_length" of ${max_seq_length}; take fewer.`,
        related: limit === undefined ? [] : [context.related(spanOf(limit), 'The most tokens a row may have.')],
      });
    }
  },
  checkSurroundings(context, { model }, report) {
    if (model.kind !== 'ok') return;
    const room = model.maxPositions - model.prefixTokens;
    for (const template of context.templates) {
      const at = totalSpan(context, template);
      if (at === undefined || isTooLong(template, context.file.data.max_seq_length) || !isTooLong(template, room))
        continue;
      report({
        at,
        message: `${template.settings.total_virtual_tokens} virtual tokens leave no room for text: the model takes ${room} tokens. Take fewer.`,
      });
    }
  },
};

function isTooLong(template: TemplateView, limit: number | null): boolean {
  return limit !== null && template.settings.total_virtual_tokens >= limit;
}

/** Where the total is given, or the splits that it is the sum of; for the default it is the template that has no room. */
function totalSpan(context: TaskContext, template: TemplateView): Span | undefined {
  const node =
    context.givenIn(template, 'total_virtual_tokens') ??
    context.givenIn(template, 'virtual_token_splits') ??
    context.givenIn(template, 'prompt_template');
  return node && spanOf(node);
}
