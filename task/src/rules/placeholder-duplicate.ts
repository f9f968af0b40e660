import { t } from '../../../l10n/src/words.ts';
import type { FieldSegment, TaskContext, TemplateView } from '../context.ts';
import { type Fix, fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';

export const placeholderDuplicate: Rule = {
  code: 'placeholder-duplicate',
  severity: 'warning',
  explanation:
    'A field stands twice in the template, which costs tokens and is seldom meant. For the answer it is an error: training would show the answer in front of itself, where a prediction has nothing.',
  quickFix: 'Removes the second one; of the answer the first, since the last one is the answer.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} {sentence}:{label}"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const firsts = new Map<string, FieldSegment>();
      for (const placeholder of template.placeholders) {
        const first = firsts.get(placeholder.name);
        firsts.set(placeholder.name, first ?? placeholder);
        const at = context.inTemplate(template, placeholder);
        const firstAt = first && context.inTemplate(template, first);
        if (at === undefined || firstAt === undefined) continue;
        const isAnswer = placeholder.name === template.settings.answer_field;
        const shown = `{${placeholder.name}}`;
        report({
          at,
          ...(isAnswer ? { severity: 'error' } : {}),
          message: isAnswer
            ? t(
                '{0} stands in this template already, so that training shows the answer which a prediction has to find; remove the one before.',
                shown,
              )
            : t('{0} stands in this template already; remove one of them.', shown),
          related: [context.related(firstAt, t('It stands here first.'))],
          fixes: removal(context, template, placeholder),
        });
      }
    }
  },
};

/** The last one of the answer stays, since that is the answer. */
function removal(context: TaskContext, template: TemplateView, duplicate: FieldSegment): Fix[] {
  const same = template.placeholders.filter((placeholder) => placeholder.name === duplicate.name);
  const nth = same.indexOf(duplicate);
  const isAnswer = duplicate.name === template.settings.answer_field;
  const { start, end } = same[isAnswer ? nth - 1 : nth]!;
  const text = template.settings.prompt_template;
  // The blank before it goes with it, unless it parts what then stands side by side.
  const hasBlank = text[start - 1] === ' ' && !/^[\p{L}\p{N}{<]/u.test(text.slice(end));
  const at = context.inTemplate(template, { start: hasBlank ? start - 1 : start, end });
  return at === undefined
    ? []
    : fixOf(isAnswer ? t('Remove the one before') : t('Remove it'), [{ ...at, newText: '' }]);
}
