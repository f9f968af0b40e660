import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { removeFromList } from '../task-edits.ts';

export const taskNewAndExisting: Rule = {
  code: 'task-new-and-existing',
  severity: 'error',
  explanation: 'A task is either trained (`new_tasks`) or kept as it is (`existing_tasks`), not both.',
  quickFix: 'Removes it from one list or the other.',
  example: {
    of: 'file',
    wrong: '"existing_tasks": ["sentiment-task"],\n"new_tasks": ["sentiment-task"]',
    right: '"existing_tasks": [],\n"new_tasks": ["sentiment-task"]',
  },
  checkFile(context, report) {
    const existing = new Map(context.entries('existing_tasks').map(({ node, value }) => [value, node]));
    for (const { node, value } of context.entries('new_tasks')) {
      const other = existing.get(value);
      if (other === undefined) continue;
      report({
        at: spanOf(node),
        message: t(
          '{0} is in "existing_tasks" too; leave it here to train it anew, or there to keep it.',
          JSON.stringify(value),
        ),
        related: [context.related(spanOf(other), t('It is also here.'))],
        fixes: [
          ...fixOf(t('Train it anew: remove it from "existing_tasks"'), removeFromList(context, other)),
          ...fixOf(t('Keep it: remove it from "new_tasks"'), removeFromList(context, node)),
        ],
      });
    }
  },
};
