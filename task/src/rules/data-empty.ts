import { t } from '../../../l10n/src/words.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const dataEmpty: Rule = {
  code: 'data-empty',
  severity: 'error',
  explanation: 'A data file has no rows, or a task that is to be trained has none in the training data.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["empty.jsonl"] }',
    right: '"data": { "train_ds": ["train.jsonl"] }',
  },
  checkData(context, data, report) {
    for (const file of data.files) {
      if (file.state !== 'read' || file.rows > 0) continue;
      for (const { node } of file.mentions) {
        report({ at: spanOf(node), message: t('{0} has no rows.', JSON.stringify(file.name)) });
      }
    }

    const training = data.files.filter(({ mentions }) => mentions.some(({ split }) => split === 'train'));
    // A file that is missing or empty has been reported, and may be the one with the task's rows.
    if (training.some(({ state, rows }) => state !== 'read' || rows === 0)) return;
    const listed = new Map(context.entries('new_tasks').map(({ node, value }) => [value, node]));
    for (const name of new Set(context.file.new_tasks)) {
      const template = context.template(name);
      if (template === undefined || (data.tasks.get(name)?.rows.train ?? 0) > 0) continue;
      const node = listed.get(name) ?? context.givenIn(template, 'taskname');
      if (node === undefined) continue;
      report({
        at: spanOf(node),
        message:
          training.length === 0
            ? t(
                'There is no training data for {0}: list its files in "data": { "train_ds": [ … ] }, or the task in "existing_tasks" where its prompt is only used.',
                JSON.stringify(name),
              )
            : t('No training row has "taskname": {0}.', JSON.stringify(name)),
      });
    }
  },
};
