import type { FieldSegment } from '../context.ts';
import type { Rule } from '../rule.ts';

export const placeholderDuplicate: Rule = {
  code: 'placeholder-duplicate',
  severity: 'warning',
  explanation: 'A field stands twice in the template, which costs tokens and is seldom meant.',
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
        report({
          at,
          message: `{${placeholder.name}} stands in this template already.`,
          related: [context.related(firstAt, 'It stands here first.')],
        });
      }
    }
  },
};
