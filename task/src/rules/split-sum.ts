import { t } from '../../../l10n/src/words.ts';
import { countMarkers } from '../context.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { changeSplits, evenSplits, isPositive, sumOf } from '../splits.ts';
import { replaceNode } from '../task-edits.ts';

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
      const sum = sumOf(virtual_token_splits);
      if (splits.children.length === 0 || sum === total_virtual_tokens) continue;
      const markers = countMarkers(template) || splits.children.length;
      const setTotal = sum < 1 ? [] : fixOf(t('Set the total to {0}', sum), replaceNode(total, String(sum)));
      const setSplits = changeSplits(splits, evenSplits(total_virtual_tokens, markers));
      // One number for each marker was written with care; other splits are wrong whatever the total is. Neither fix is
      // safe: nothing says whether the total or a split was changed last.
      const areSound = splits.children.length === markers && isPositive(virtual_token_splits);
      report({
        at: spanOf(splits.children.length === 1 ? splits.children[0]! : splits),
        message: t(
          'The splits add up to {0}, but "total_virtual_tokens" is {1}; change one or the other.',
          sum,
          total_virtual_tokens,
        ),
        related: [context.related(spanOf(total), t('The total is given here.'))],
        fixes: areSound ? [...setTotal, ...setSplits] : [...setSplits, ...setTotal],
      });
    }
  },
};
