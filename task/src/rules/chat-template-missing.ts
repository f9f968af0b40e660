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
        ? 'This model has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json)'
        : `The chat template of this model cannot be used: ${model.chat.unusable}`;
    for (const template of context.templates) {
      const node = context.givenIn(template, 'chat');
      if (node === undefined || !template.settings.chat) continue;
      report({
        at: spanOf(node),
        message: `${why.replace(/\.$/, '')}. Take a model that was trained for chats, or set "chat" to false.`,
        fixes: fixOf('Set "chat" to false', replaceNode(node, 'false')),
      });
    }
  },
};
