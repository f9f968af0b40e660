import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const splitZero: Rule = {
  code: 'split-zero',
  severity: 'error',
  explanation: 'Each marker stands for at least one virtual token.',
  example: {
    of: 'template',
    wrong:
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [10, 0]',
    right:
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [7, 3]',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const total = context.givenIn(template, 'total_virtual_tokens');
      const { total_virtual_tokens, virtual_token_splits } = template.settings;
      const isSpread = !context.hasKey('task_templates', template.index, 'virtual_token_splits');
      if (total !== undefined && isSpread && virtual_token_splits.includes(0)) {
        report({
          at: spanOf(total),
          message: `${total_virtual_tokens} virtual tokens are too few for ${template.markers.length} markers, each of which needs one.`,
        });
      }
      for (const [index, split] of virtual_token_splits.entries()) {
        const node = context.givenIn(template, 'virtual_token_splits', index);
        if (node === undefined || split >= 1) continue;
        report({
          at: spanOf(node),
          message: 'A split must be at least 1; remove the marker if it is to have no virtual tokens.',
        });
      }
    }
  },
};
