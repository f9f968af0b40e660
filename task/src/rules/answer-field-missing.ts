import { t } from '../../../l10n/src/words.ts';
import { isHalfWritten, type TaskContext, type TemplateView } from '../context.ts';
import { type Fix, fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Report, Rule } from '../rule.ts';
import { addAtEnd, moveToEnd, replaceNode, setTemplateKey, together } from '../task-edits.ts';

export const answerFieldMissing: Rule = {
  code: 'answer-field-missing',
  severity: 'error',
  explanation:
    'With `answer_only_loss`, with `labels` and with `chat`, ptask must know which field is the answer: `answer_field` names it, and the template has it as a placeholder.',
  quickFix:
    'Sets `answer_field` to the nearest or the last field of the template, adds the field at the end of the template, or lets everything count in the loss.',
  example: {
    of: 'template',
    wrong: '"answer_only_loss": true,\n"answer_field": null',
    right: '"answer_only_loss": true,\n"answer_field": "label"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { answer_field } = template.settings;
      if (answer_field === null) reportUnnamed(context, template, report);
      else if (!template.fields.includes(answer_field)) reportNoPlaceholder(context, template, answer_field, report);
    }
  },
};

function reportUnnamed(context: TaskContext, template: TemplateView, report: Report): void {
  const { answer_only_loss, labels, chat } = template.settings;
  const name = answer_only_loss ? 'answer_only_loss' : labels !== null ? 'labels' : chat ? 'chat' : undefined;
  if (name === undefined) return;
  const needs = name === 'labels' ? context.keyIn(template, name) : context.givenIn(template, name);
  if (needs === undefined) return;
  const isForLossAlone = answer_only_loss && labels === null && !chat;
  report({
    at: spanOf(needs),
    message: t('"{0}" needs an "answer_field": the placeholder that holds the answer.', name),
    fixes: [
      ...nameLastField(context, template),
      ...(isForLossAlone ? fixOf(t('Let everything count in the loss'), replaceNode(needs, 'false')) : []),
    ],
  });
}

function reportNoPlaceholder(context: TaskContext, template: TemplateView, answer: string, report: Report): void {
  const field = context.givenIn(template, 'answer_field');
  const text = context.givenIn(template, 'prompt_template');
  if (field === undefined || text === undefined || isHalfWritten(template, answer)) return;
  const near = allNear(answer, template.fields);
  const placeholder = `{${answer}}`;
  report({
    at: spanOf(field),
    message: `${t('The template has no placeholder {0} for the answer.', placeholder)}${didYouMean(near[0])}`,
    related: [context.related(spanOf(text), t('The template.'))],
    fixes: [
      ...near.flatMap((name) => nameField(context, template, name)),
      ...fixOf(t('Add {0} at the end of the template', placeholder), addAtEnd(context, template, answer)),
      ...(near.length === 0 ? nameLastField(context, template) : []),
    ],
  });
}

/** The answer is usually the last field; one that may be truncated is not it. */
function nameLastField(context: TaskContext, template: TemplateView): Fix[] {
  const last = template.fields.findLast((name) => name !== template.settings.truncate_field);
  return last === undefined ? [] : nameField(context, template, last);
}

function nameField(context: TaskContext, template: TemplateView, name: string): Fix[] {
  const edits = setTemplateKey(context, template, 'answer_field', JSON.stringify(name));
  const toEnd = template.settings.answer_only_loss ? moveToEnd(context, template, name) : [];
  const value = JSON.stringify(name);
  const title =
    toEnd?.length === 0
      ? t('Set "answer_field" to {0}', value)
      : t('Set "answer_field" to {0} and put it at the end', value);
  return fixOf(title, together(edits, toEnd));
}
