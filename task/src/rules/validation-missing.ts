import { t } from '../../../l10n/src/words.ts';
import type { TaskContext } from '../context.ts';
import type { DataFacts } from '../data-facts.ts';
import { spanOf } from '../json-tree.ts';
import type { Report, Rule } from '../rule.ts';

/** A task may be trained without validation data; it is told where something else in the file shows that it was to have some. */
export const validationMissing: Rule = {
  code: 'validation-missing',
  severity: 'warning',
  explanation:
    'Validation rows choose the best epoch and stop training early. A task has none though there are some for others, or `early_stopping` or `val_metric` is given and there is no validation data, so that it does nothing.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["train.jsonl"] },\n"trainer": { "early_stopping": { "patience": 3 } }',
    right:
      '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["validation.jsonl"] },\n"trainer": { "early_stopping": { "patience": 3 } }',
  },
  checkData(context, data, report) {
    // A list that cannot be read may name files.
    if (context.hasKey('data', 'validation_ds') && context.given('data', 'validation_ds') === undefined) return;
    if (context.file.data.validation_ds.length === 0) settingsWithout(context, report);
    else tasksWithout(context, data, report);
  },
};

function settingsWithout(context: TaskContext, report: Report): void {
  for (const key of ['early_stopping', 'val_metric'] as const) {
    const node = context.given('trainer', key);
    if (node === undefined || context.file.trainer[key] === null) continue;
    report({
      at: spanOf(node),
      message: t(
        '"{0}" does nothing without validation data: the last epoch is kept. List files in "data": { "validation_ds": [ … ] }.',
        key,
      ),
    });
  }
}

function tasksWithout(context: TaskContext, { files, tasks }: DataFacts, report: Report): void {
  const validation = files.filter(({ mentions }) => mentions.some(({ split }) => split === 'validation'));
  // A file that is missing or empty has been reported, and may be the one with the task's rows.
  if (validation.some(({ state, rows }) => state !== 'read' || rows === 0)) return;
  // So have been rows of no task.
  if (![...tasks.values()].some(({ rows }) => rows.validation > 0)) return;
  const listed = new Map(context.entries('new_tasks').map(({ node, value }) => [value, node]));
  for (const name of new Set(context.file.new_tasks)) {
    const template = context.template(name);
    const rows = tasks.get(name)?.rows;
    const node = listed.get(name) ?? (template && context.givenIn(template, 'taskname'));
    if (rows === undefined || rows.train === 0 || rows.validation > 0 || node === undefined) continue;
    report({
      at: spanOf(node),
      message: t(
        'No validation row has "taskname": {0}, so that nothing says which epoch is best for it, or whether it has learnt anything.',
        JSON.stringify(name),
      ),
    });
  }
}
