import { didYouMean, nearest } from '../nearest.ts';
import type { Rule } from '../rule.ts';

export const rowTaskname: Rule = {
  code: 'row-taskname',
  severity: 'error',
  explanation: 'Each row says in `taskname` which task it belongs to, and that task has a template.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment", "sentence": "Bra", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow(row, context, report) {
    if (row.template !== undefined) return;
    if (!Object.hasOwn(row.value, 'taskname')) {
      report(() => ({ at: row.places.whole(), message: 'This row has no "taskname", so it belongs to no task.' }));
      return;
    }
    const { taskname } = row.value;
    report(() => {
      const at = row.places.value('taskname');
      if (typeof taskname !== 'string') return { at, message: '"taskname" must be a text.' };
      const near = nearest(taskname, context.tasknames);
      return { at, message: `No template has the taskname ${JSON.stringify(taskname)}.${didYouMean(near)}` };
    });
  },
};
