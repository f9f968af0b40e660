import { t } from '../../../l10n/src/words.ts';
import { countMarkers } from '../context.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { changeSplits, completedSplits, evenSplits, markerPlaces, totalOf } from '../splits.ts';

export const splitCount: Rule = {
  code: 'split-count',
  severity: 'error',
  explanation: '`virtual_token_splits` has one number for each marker of the template.',
  quickFix: 'Gives each marker a split: the rest of the total to those that have none, or the total spread evenly.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}",\n"virtual_token_splits": [6, 4]',
    right:
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [6, 4]',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const node = context.givenIn(template, 'virtual_token_splits');
      const markers = countMarkers(template);
      const splits = node?.children?.length ?? 0;
      if (node === undefined || markers === 0 || splits === markers) continue;
      if (context.givenIn(template, 'prompt_template') === undefined) continue;
      const { virtual_token_splits } = template.settings;
      const total = totalOf(context, template);
      const areRead = virtual_token_splits.every((_, i) => context.givenIn(template, 'virtual_token_splits', i));
      report({
        at: spanOf(node),
        message: t(
          'The template has {0}, but this has {1}; write one number for each marker.',
          markers === 1 ? t('1 marker') : t('{0} markers', markers),
          splits === 1 ? t('1 split') : t('{0} splits', splits),
        ),
        related: markerPlaces(context, template),
        fixes: changeSplits(node, [
          ...(areRead ? completedSplits(virtual_token_splits, total, markers) : []),
          ...evenSplits(total, markers),
        ]),
      });
    }
  },
};
