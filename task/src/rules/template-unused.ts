import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { addToNewTasks } from '../task-edits.ts';

export const templateUnused: Rule = {
  code: 'template-unused',
  severity: 'warning',
  explanation: 'A template whose task is neither in `new_tasks` nor in `existing_tasks` does nothing.',
  quickFix: 'Adds the task to `new_tasks`.',
  example: {
    of: 'file',
    wrong: '"existing_tasks": [],\n"new_tasks": []',
    right: '"existing_tasks": [],\n"new_tasks": ["sentiment-task"]',
  },
  checkFile(context, report) {
    // A list that cannot be read may name the task.
    if (context.hasKey('new_tasks') && context.given('new_tasks') === undefined) return;
    if (context.hasKey('existing_tasks') && context.given('existing_tasks') === undefined) return;
    const used = new Set([...context.file.new_tasks, ...context.file.existing_tasks]);
    for (const template of context.templates) {
      const node = context.givenIn(template, 'taskname');
      const name = template.settings.taskname;
      if (node === undefined || used.has(name) || context.template(name) !== template) continue;
      report({
        at: spanOf(node),
        message: t(
          '{0} is neither in "new_tasks" nor in "existing_tasks", so this template is not used.',
          JSON.stringify(name),
        ),
        fixes: fixOf(t('Add it to "new_tasks"'), addToNewTasks(context, name)),
      });
    }
  },
};
