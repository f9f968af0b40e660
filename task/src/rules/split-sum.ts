import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { spread } from '../parse.ts';
import type { Rule } from '../rule.ts';
import { replaceNode, replaceSplits } from '../task-edits.ts';

export const splitSum: Rule = {
  code: 'split-sum',
  severity: 'error',
  explanation: 'The numbers of `virtual_token_splits` add up to `total_virtual_tokens`.',
  quickFix:
    'Sets the total to the sum, or spreads the total evenly over the markers; the sum first, unless the splits are wrong themselves.',
  example: {
    of: 'template',
    wrong: '"total_virtual_tokens": 10,\n"virtual_token_splits": [8]',
    right: '"total_virtual_tokens": 10,\n"virtual_token_splits": [10]',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const total = context.givenIn(template, 'total_virtual_tokens');
      const splits = context.givenIn(template, 'virtual_token_splits');
      if (total === undefined || splits?.children === undefined) continue;
      if (splits.children.some((_, index) => context.givenIn(template, 'virtual_token_splits', index) === undefined))
        continue;
      const { total_virtual_tokens, virtual_token_splits } = template.settings;
      const sum = virtual_token_splits.reduce((a, b) => a + b, 0);
      if (splits.children.length === 0 || sum === total_virtual_tokens) continue;
      const setTotal = sum < 1 ? [] : fixOf(`Set the total to ${sum}`, replaceNode(total, String(sum)));
      const markers = template.markers.length || splits.children.length;
      const wanted = spread(total_virtual_tokens, markers);
      const spreadTotal =
        total_virtual_tokens < markers
          ? []
          : fixOf(`Change the splits to [${wanted.join(', ')}]`, replaceSplits(splits, wanted));
      // One number for each marker was written with care; other splits are wrong whatever the total is. Neither fix is
      // safe: nothing says whether the total or a split was changed last.
      const sound = splits.children.length === markers && virtual_token_splits.every((split) => split >= 1);
      report({
        at: spanOf(splits.children.length === 1 ? splits.children[0]! : splits),
        message: `The splits add up to ${sum}, but "total_virtual_tokens" is ${total_virtual_tokens}; change one or the other.`,
        related: [context.related(spanOf(total), 'The total is given here.')],
        fixes: sound ? [...setTotal, ...spreadTotal] : [...spreadTotal, ...setTotal],
      });
    }
  },
};
