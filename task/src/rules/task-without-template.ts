import { t } from '../../../l10n/src/words.ts';
import { changeTo, fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Rule } from '../rule.ts';
import { addTemplate, removeFromList } from '../task-edits.ts';

export const taskWithoutTemplate: Rule = {
  code: 'task-without-template',
  severity: 'error',
  explanation: 'Every task in `new_tasks` and `existing_tasks` needs a template in `task_templates`.',
  quickFix:
    'Changes the name to the nearest that is not listed yet, adds a template for it, or removes it from the list.',
  example: {
    of: 'file',
    wrong: '"new_tasks": ["sentiment-tsk"]',
    right: '"new_tasks": ["sentiment-task"]',
  },
  checkFile(context, report) {
    const given = [...context.entries('existing_tasks'), ...context.entries('new_tasks')];
    const listed = new Set(given.map(({ value }) => value));
    for (const key of ['existing_tasks', 'new_tasks'] as const) {
      for (const { node, value } of context.entries(key)) {
        if (context.template(value) !== undefined) continue;
        const near = allNear(
          value,
          [...context.tasknames].filter((name) => !listed.has(name)),
        );
        report({
          at: spanOf(node),
          message: `${t('No template has the taskname {0}.', JSON.stringify(value))}${didYouMean(near[0])}`,
          fixes: [
            ...changeTo(node, near),
            ...fixOf(t('Add a template for {0}', JSON.stringify(value)), addTemplate(context, value)),
            ...fixOf(t('Remove {0} from the list', JSON.stringify(value)), removeFromList(context, node)),
          ],
        });
      }
    }
  },
};
