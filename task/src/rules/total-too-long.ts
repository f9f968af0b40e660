import { t } from '../../../l10n/src/words.ts';
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
        message: t(
          '{0} virtual tokens leave no room for text in a "max_seq_length" of {1}; take fewer.',
          template.settings.total_virtual_tokens,
          max_seq_length!,
        ),
        related: limit === undefined ? [] : [context.related(spanOf(limit), t('The most tokens a row may have.'))],
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
        message: t(
          '{0} virtual tokens leave no room for text: the model takes {1} tokens. Take fewer.',
          template.settings.total_virtual_tokens,
          room,
        ),
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
