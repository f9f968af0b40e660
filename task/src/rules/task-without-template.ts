import { spanOf } from '../json-tree.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { Rule } from '../rule.ts';

export const taskWithoutTemplate: Rule = {
  code: 'task-without-template',
  severity: 'error',
  explanation: 'Every task in `new_tasks` and `existing_tasks` needs a template in `task_templates`.',
  example: {
    of: 'file',
    wrong: '"new_tasks": ["sentiment-tsk"]',
    right: '"new_tasks": ["sentiment-task"]',
  },
  checkFile(context, report) {
    for (const key of ['existing_tasks', 'new_tasks'] as const) {
      for (const { node, value } of context.entries(key)) {
        if (context.template(value) !== undefined) continue;
        const near = nearest(value, context.tasknames);
        report({
          at: spanOf(node),
          message: `No template has the taskname ${JSON.stringify(value)}.${didYouMean(near)}`,
          ...context.replaceString(node, near),
        });
      }
    }
  },
};
