import { t } from '../../../l10n/src/words.ts';
import type { DataFileFacts, TaskDataFacts } from '../data-facts.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { removeFromList } from '../task-edits.ts';

export const dataEmpty: Rule = {
  code: 'data-empty',
  severity: 'error',
  explanation:
    'A data file has no rows, or a task that is to be trained has none in the training data, or only rows that are too long and skipped.',
  quickFix: 'Removes a file without rows that stands beside others.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["empty.jsonl"] }',
    right: '"data": { "train_ds": ["train.jsonl"] }',
  },
  checkData(context, data, report) {
    for (const file of data.files) {
      if (file.state !== 'read' || file.rows > 0) continue;
      for (const { node, split } of file.mentions) {
        // Without the only one of its kind there would be nothing to train on or to measure with.
        const isAlone = !data.files.some(
          (other) => other !== file && other.mentions.some((one) => one.split === split),
        );
        report({
          at: spanOf(node),
          message: t('{0} has no rows.', JSON.stringify(file.name)),
          fixes: isAlone ? [] : fixOf(t('Remove it'), removeFromList(context, node)),
        });
      }
    }

    const training = data.files.filter(({ mentions }) => mentions.some(({ split }) => split === 'train'));
    // A file that is missing or empty has been reported, and may be the one with the task's rows.
    if (training.some(({ state, rows }) => state !== 'read' || rows === 0)) return;
    const listed = new Map(context.entries('new_tasks').map(({ node, value }) => [value, node]));
    for (const name of new Set(context.file.new_tasks)) {
      const template = context.template(name);
      if (template === undefined || isTrained(data.tasks.get(name), training)) continue;
      const node = listed.get(name) ?? context.givenIn(template, 'taskname');
      if (node === undefined) continue;
      report({
        at: spanOf(node),
        message: messageOn(name, data.tasks.get(name), training),
      });
    }
  },
};

/** Whether there is a training row of a task that is not skipped. */
function isTrained(task: TaskDataFacts | undefined, training: readonly DataFileFacts[]): boolean {
  return training.some(({ path }) => (task?.rowsByFile.get(path) ?? 0) > (task?.skippedByFile.get(path) ?? 0));
}

function messageOn(name: string, task: TaskDataFacts | undefined, training: readonly DataFileFacts[]): string {
  const json = JSON.stringify(name);
  if (training.length === 0) {
    return t(
      'There is no training data for {0}: list its files in "data": { "train_ds": [ … ] }, or the task in "existing_tasks" where its prompt is only used.',
      json,
    );
  }
  if ((task?.rows.train ?? 0) === 0) return t('No training row has "taskname": {0}.', json);
  return t('All training rows of {0} are too long and skipped, so there is nothing to learn from.', json);
}
