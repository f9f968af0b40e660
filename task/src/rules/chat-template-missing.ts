import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { replaceNode } from '../task-edits.ts';

export const chatTemplateMissing: Rule = {
  code: 'chat-template-missing',
  severity: 'error',
  explanation:
    'A template with `chat` stands in the chat template of its model, and this model has none, as base models have none, or one that cannot be used.',
  quickFix: 'Sets `chat` to false, so that the template is the whole text.',
  example: { of: 'template', wrong: '"chat": true', right: '"chat": false' },
  checkSurroundings(context, { model }, report) {
    if (model.kind !== 'ok' || model.tokenizer === undefined) return;
    if (model.chat !== undefined && !('unusable' in model.chat)) return;
    const why =
      model.chat === undefined
        ? t('This model has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json)')
        : t('The chat template of this model cannot be used: {0}', model.chat.unusable);
    for (const template of context.templates) {
      const node = context.givenIn(template, 'chat');
      if (node === undefined || !template.settings.chat) continue;
      report({
        at: spanOf(node),
        message: t('{0}. Take a model that was trained for chats, or set "chat" to false.', why.replace(/\.$/, '')),
        fixes: fixOf(t('Set "chat" to false'), replaceNode(node, 'false')),
      });
    }
  },
};
