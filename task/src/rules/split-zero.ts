import { t } from '../../../l10n/src/words.ts';
import { countMarkers } from '../context.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { changeSplits, evenSplits, isPositive, markerPlaces, raisedSplits, totalOf } from '../splits.ts';
import { replaceNode } from '../task-edits.ts';

export const splitZero: Rule = {
  code: 'split-zero',
  severity: 'error',
  explanation: 'Each marker stands for at least one virtual token.',
  quickFix:
    'Spreads the total evenly over the markers, takes one token from the largest split, or raises a total that is too small.',
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
          message:
            total_virtual_tokens === 1
              ? t('1 virtual token is too few for {0} markers, each of which needs one.', template.markers.length)
              : t(
                  '{0} virtual tokens are too few for {1} markers, each of which needs one.',
                  total_virtual_tokens,
                  template.markers.length,
                ),
          related: markerPlaces(context, template),
          fixes: fixOf(
            t('Set the total to {0}', template.markers.length),
            replaceNode(total, String(template.markers.length)),
          ),
        });
      }
      const splits = context.givenIn(template, 'virtual_token_splits');
      if (splits === undefined || isPositive(virtual_token_splits)) continue;
      const tokens = totalOf(context, template);
      const markers = countMarkers(template) || virtual_token_splits.length;
      const places = markerPlaces(context, template);
      const fixes = changeSplits(splits, [
        ...evenSplits(tokens, markers),
        ...(virtual_token_splits.length === markers ? raisedSplits(virtual_token_splits, tokens) : []),
      ]);
      for (const [index, split] of virtual_token_splits.entries()) {
        const node = context.givenIn(template, 'virtual_token_splits', index);
        if (node === undefined || split >= 1) continue;
        report({
          at: spanOf(node),
          message: t('A split must be at least 1; remove the marker if it is to have no virtual tokens.'),
          related: places.slice(index, index + 1),
          fixes,
        });
      }
    }
  },
};
