import { t } from '../../../l10n/src/words.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const templateEmpty: Rule = {
  code: 'template-empty',
  severity: 'error',
  explanation: 'A template needs text or a placeholder: with virtual tokens alone every row would be the same.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|>"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const node = context.givenIn(template, 'prompt_template');
      const says = template.parsed.segments.some(
        (segment) => segment.kind === 'field' || (segment.kind === 'text' && segment.text.trim() !== ''),
      );
      if (node !== undefined && !says) {
        report({
          at: spanOf(node),
          message: t(
            'This template has neither text nor a placeholder; put in the fields of its rows, such as {sentence}.',
          ),
        });
      }
    }
  },
};
