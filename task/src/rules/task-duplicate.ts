import { t } from '../../../l10n/src/words.ts';
import type { TaskContext } from '../context.ts';
import { changeTo, fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { removeTemplate } from '../task-edits.ts';

export const taskDuplicate: Rule = {
  code: 'task-duplicate',
  severity: 'error',
  explanation: 'Two templates have the same `taskname`, so that a row would not know which is its own.',
  quickFix: 'Removes this template when it is the same as the first, or gives it a name of its own.',
  example: {
    of: 'file',
    wrong: `"task_templates": [
  { "taskname": "sentiment-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}", "answer_field": "label" },
  { "taskname": "sentiment-task", "prompt_template": "{sentence}<|VIRTUAL_PROMPT_0|>{label}", "answer_field": "label" }
]`,
    right: `"task_templates": [
  { "taskname": "sentiment-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}", "answer_field": "label" }
]`,
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const name = template.settings.taskname;
      const first = context.template(name);
      const node = context.givenIn(template, 'taskname');
      const firstNode = first && context.givenIn(first, 'taskname');
      if (node === undefined || first === undefined || firstNode === undefined || first === template) continue;
      const remove = fixOf(t('Remove this template'), removeTemplate(context, template));
      const rename = changeTo(node, [unusedName(context, name)]);
      report({
        at: spanOf(node),
        message: t('There is a template for {0} already; give this task another name.', JSON.stringify(name)),
        related: [context.related(spanOf(firstNode), t('The first template of this name.'))],
        fixes:
          JSON.stringify(first.settings) === JSON.stringify(template.settings)
            ? [...remove, ...rename]
            : [...rename, ...remove],
      });
    }
  },
};

function unusedName(context: TaskContext, name: string): string {
  const taken = new Set([...context.tasknames, ...context.file.existing_tasks, ...context.file.new_tasks]);
  let number = 2;
  while (taken.has(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}
