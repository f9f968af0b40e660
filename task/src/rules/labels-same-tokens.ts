import { t } from '../../../l10n/src/words.ts';
import { property, spanOf } from '../json-tree.ts';
import { labelTokens } from '../label-tokens.ts';
import type { Rule } from '../rule.ts';

export const labelsSameTokens: Rule = {
  code: 'labels-same-tokens',
  severity: 'error',
  explanation:
    "The model's tokeniser makes the same tokens of two labels, so that no prediction can tell them apart. So it is with letters that it does not know, and of upper and lower case where it makes no difference between them.",
  example: {
    of: 'template',
    wrong: '"labels": { "კარგი": [], "ცუდი": [] } // a tokeniser that has no Georgian letters',
    right: '"labels": { "kargi": [], "tsudi": [] }',
  },
  checkSurroundings(context, { model }, report) {
    for (const template of context.templates) {
      const labels = context.givenIn(template, 'labels');
      if (labels === undefined) continue;
      const tokens = labelTokens(template, model);
      const firsts = new Map<string, string>();
      for (const [label, ids] of tokens) {
        const key = ids.join();
        const first = firsts.get(key);
        firsts.set(key, first ?? label);
        if (first === undefined) continue;
        const [other, own] = [first, label].map((name) => property(labels, name)?.key);
        if (own === undefined || other === undefined) continue;
        report({
          at: spanOf(own),
          message: t(
            'The tokeniser of this model makes the same tokens of {0} and {1}, so that no prediction can tell them apart.',
            JSON.stringify(first),
            JSON.stringify(label),
          ),
          related: [context.related(spanOf(other), t('The other label.'))],
        });
      }
    }
  },
};
