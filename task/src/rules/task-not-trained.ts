import { t } from '../../../l10n/src/words.ts';
import type { TaskContext } from '../context.ts';
import { changeTo, type Fix, fixOf } from '../fix.ts';
import { type JsonNode, spanOf } from '../json-tree.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Rule } from '../rule.ts';
import { addToNewTasks, removeFromList, together } from '../task-edits.ts';

export const taskNotTrained: Rule = {
  code: 'task-not-trained',
  severity: 'error',
  explanation: 'A task in `existing_tasks` must have a trained prompt in the prompt table.',
  quickFix: 'Changes the name to the nearest trained one, or moves it to `new_tasks`.',
  example: {
    of: 'file',
    wrong: '"existing_tasks": ["sentiment-task"],\n"new_tasks": []',
    right: '"existing_tasks": [],\n"new_tasks": ["sentiment-task"]',
  },
  checkSurroundings(context, { promptTable }, report) {
    const table = JSON.stringify(context.file.prompt_table);
    const given = [...context.entries('existing_tasks'), ...context.entries('new_tasks')];
    const listed = new Set(given.map((entry) => entry.value));
    for (const { node, value } of context.entries('existing_tasks')) {
      if (promptTable?.tasks.has(value)) continue;
      // A name that is listed already, or has no template, would be the next problem.
      const trained = [...(promptTable?.tasks.keys() ?? [])].filter(
        (name) => context.template(name) !== undefined && !listed.has(name),
      );
      const near = allNear(value, trained);
      const name = JSON.stringify(value);
      const message =
        promptTable === undefined
          ? t(
              '{0} has not been trained: there is no prompt table {1} yet. Put it into "new_tasks" to train it.',
              name,
              table,
            )
          : t('{0} has not been trained: it is not in {1}. Put it into "new_tasks" to train it.', name, table);
      report({
        at: spanOf(node),
        message: `${message}${didYouMean(near[0])}`,
        fixes: [...changeTo(node, near), ...moveToNew(context, node, value)],
      });
    }
  },
};

function moveToNew(context: TaskContext, node: JsonNode, taskname: string): Fix[] {
  const isThere = context.file.new_tasks.includes(taskname);
  // A list that is left out holds every task that is not in `existing_tasks`.
  const adding = isThere || !context.hasKey('new_tasks') ? [] : addToNewTasks(context, taskname);
  return fixOf(t('Move it to "new_tasks"'), together(removeFromList(context, node), adding));
}
