import { spanOf } from '../json-tree.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { Rule } from '../rule.ts';

export const taskNotTrained: Rule = {
  code: 'task-not-trained',
  severity: 'error',
  explanation: 'A task in `existing_tasks` must have a trained prompt in the prompt table.',
  example: {
    of: 'file',
    wrong: '"existing_tasks": ["sentiment-task"],\n"new_tasks": []',
    right: '"existing_tasks": [],\n"new_tasks": ["sentiment-task"]',
  },
  checkSurroundings(context, { promptTable }, report) {
    const table = JSON.stringify(context.file.prompt_table);
    for (const { node, value } of context.entries('existing_tasks')) {
      if (promptTable?.tasks.has(value)) continue;
      const near = promptTable && nearest(value, promptTable.tasks.keys());
      const why = promptTable === undefined ? `there is no prompt table ${table} yet` : `it is not in ${table}`;
      report({
        at: spanOf(node),
        message: `${JSON.stringify(value)} has not been trained: ${why}. Put it into "new_tasks" to train it.${didYouMean(near)}`,
      });
    }
  },
};
