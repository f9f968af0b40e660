import { t } from '../../../l10n/src/words.ts';
import { countMarkers } from '../context.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { sumOf } from '../splits.ts';
import { replaceSplits } from '../task-edits.ts';
import { marker } from '../template.ts';

export const markerMissing: Rule = {
  code: 'marker-missing',
  severity: 'error',
  explanation: 'Without a marker the template has no place for virtual tokens, and there is nothing to train.',
  quickFix: 'Puts `<|VIRTUAL_PROMPT_0|>` in front, and gives it all the virtual tokens.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "{sentence}:{label}"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const node = context.givenIn(template, 'prompt_template');
      const { settings } = template;
      if (node === undefined || countMarkers(template) > 0 || settings.prompt_template.trim() === '') continue;
      const { start } = context.inString(node, { start: 0, end: 0 });
      const splits = context.givenIn(template, 'virtual_token_splits');
      const sum = sumOf(settings.virtual_token_splits);
      report({
        at: spanOf(node),
        message: t(
          'This template has no place for virtual tokens; put {0} where they go, usually in front.',
          marker(0),
        ),
        fixes: fixOf(t('Put {0} in front', marker(0)), [
          { start, end: start, newText: `${marker(0)} ` },
          // All the tokens go to the one marker.
          ...(splits === undefined || splits.children!.length === 1 || sum < 1 ? [] : replaceSplits(splits, [sum])),
        ]),
      });
    }
  },
};
