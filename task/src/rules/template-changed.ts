import { t } from '../../../l10n/src/words.ts';
import type { TaskContext, TemplateView } from '../context.ts';
import type { ModelFacts, TrainedTaskFacts } from '../environment.ts';
import { fixOf, type SpanEdit } from '../fix.ts';
import { type JsonNode, spanOf } from '../json-tree.ts';
import { DEFAULT_VIRTUAL_TOKENS } from '../keys.ts';
import { spread } from '../parse.ts';
import type { Rule } from '../rule.ts';
import { replaceNode, replaceSplits, setTemplateKey, together } from '../task-edits.ts';

export const templateChanged: Rule = {
  code: 'template-changed',
  severity: 'warning',
  explanation:
    'The prompt was trained with another template, with other splits, or with a model whose chat template was another one. Predictions are off until the task is trained again.',
  quickFix: 'Changes template and splits back to those that it was trained with.',
  example: {
    of: 'file',
    wrong: `"existing_tasks": ["trained-task"],
"task_templates": [{ "taskname": "trained-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} = {label}" }]`,
    right: `"existing_tasks": ["trained-task"],
"task_templates": [{ "taskname": "trained-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}" }]`,
  },
  checkSurroundings(context, { promptTable, model }, report) {
    for (const template of context.templates) {
      const trained = promptTable?.tasks.get(template.settings.taskname);
      const change = trained && changedPart(context, template, trained, model);
      if (trained === undefined || change === undefined) continue;
      report({
        at: spanOf(change.node),
        message: t(
          'The prompt of {0} was trained with {1}. Predictions are off until it is trained again.',
          JSON.stringify(template.settings.taskname),
          change.before,
        ),
        fixes: fixOf(t('Change it back to what it was trained with'), changeBack(context, template, trained)),
      });
    }
  },
};

/**
 * Where a template, or the chat template of the model around it, differs from the one its prompt was trained with, and what that
 * was; undefined where it does not.
 */
export function changedPart(
  context: TaskContext,
  template: TemplateView,
  trained: TrainedTaskFacts,
  model: ModelFacts | undefined,
): { node: JsonNode; before: string } | undefined {
  const { prompt_template, virtual_token_splits, total_virtual_tokens } = template.settings;
  const templateNode = context.givenIn(template, 'prompt_template');
  if (templateNode === undefined) return undefined;
  if (trained.template !== undefined && prompt_template !== trained.template) {
    return { node: templateNode, before: t('the template {0}', JSON.stringify(trained.template)) };
  }
  const { chat } = template.settings;
  if (trained.chat !== undefined && chat !== trained.chat)
    return { node: context.givenIn(template, 'chat') ?? templateNode, before: `"chat": ${trained.chat}` };
  const splitsDiffer = trained.splits !== undefined && virtual_token_splits.join() !== trained.splits.join();
  if (!splitsDiffer && total_virtual_tokens === trained.virtualTokens) {
    const stoodInAnother = chat && stoodInAnotherChat(model, trained);
    const node = context.givenIn(template, 'chat') ?? templateNode;
    return stoodInAnother ? { node, before: t('another chat template of the model') } : undefined;
  }
  const node =
    context.givenIn(template, 'virtual_token_splits') ??
    context.givenIn(template, 'total_virtual_tokens') ??
    templateNode;
  const before = splitsDiffer
    ? t('the splits [{0}]', trained.splits!.join(', '))
    : t('{0} virtual tokens', trained.virtualTokens);
  return { node, before };
}

/** What is not known tells nothing: a chat template that cannot be used has a rule of its own. */
function stoodInAnotherChat(model: ModelFacts | undefined, { chatFrame }: TrainedTaskFacts): boolean {
  const chat = model?.kind === 'ok' ? model.chat : undefined;
  return chatFrame !== undefined && chat !== undefined && 'frameHash' in chat && chat.frameHash !== chatFrame;
}

function changeBack(context: TaskContext, template: TemplateView, trained: TrainedTaskFacts): SpanEdit[] | undefined {
  // What another program made does not say which template to change back to.
  if (trained.template === undefined || trained.splits === undefined) return undefined;
  const { prompt_template } = template.settings;
  const text = context.givenIn(template, 'prompt_template');
  const splits = context.givenIn(template, 'virtual_token_splits');
  const total = context.givenIn(template, 'total_virtual_tokens');
  const tokens = total === undefined ? DEFAULT_VIRTUAL_TOKENS : trained.virtualTokens;
  return together(
    text === undefined || prompt_template === trained.template
      ? []
      : replaceNode(text, JSON.stringify(trained.template)),
    splits !== undefined
      ? replaceSplits(splits, trained.splits)
      : spread(tokens, trained.splits.length).join() === trained.splits.join()
        ? []
        : setTemplateKey(context, template, 'virtual_token_splits', `[${trained.splits.join(', ')}]`),
    total === undefined ? [] : replaceNode(total, String(trained.virtualTokens)),
    trained.chat === undefined || trained.chat === template.settings.chat
      ? []
      : setTemplateKey(context, template, 'chat', String(trained.chat)),
  );
}
