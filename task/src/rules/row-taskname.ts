import { t } from '../../../l10n/src/words.ts';
import type { TaskContext } from '../context.ts';
import { type Fix, fixOf, MOST_CHOICES } from '../fix.ts';
import { allNear, didYouMean, isSameText } from '../nearest.ts';
import type { RowObject } from '../rows.ts';
import type { Rule } from '../rule.ts';

export const rowTaskname: Rule = {
  code: 'row-taskname',
  severity: 'error',
  explanation: 'Each row says in `taskname` which task it belongs to, and that task has a template.',
  quickFix:
    'Adds the task whose fields the row has, or changes the name to the nearest; also in all such rows of the file.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment", "sentence": "Bra", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow(row, context, report) {
    if (row.template !== undefined) return;
    const { value, places } = row;
    if (!Object.hasOwn(value, 'taskname')) {
      report(() => {
        const names = tasksFor(value, context);
        const fixes = names.flatMap((name) => {
          const entry = `"taskname": ${JSON.stringify(name)}`;
          const options = { forAll: t('Add {0} to every row without one', entry), ...guessUnlessOne(names) };
          return fixOf(t('Add {0}', entry), places.add('taskname', JSON.stringify(name), 'first'), options);
        });
        return { at: places.whole(), message: withoutTask(names, context), fixes };
      });
      return;
    }
    const { taskname } = value;
    if (typeof taskname === 'string' && !context.areTasksKnown) return;
    report(() => {
      const at = places.value('taskname');
      const isText = typeof taskname === 'string';
      const near = isText ? allNear(taskname, context.tasknames) : [];
      const names = near.length > 0 ? near : tasksFor(value, context);
      const fixes = names.flatMap((name) => {
        const json = JSON.stringify(name);
        const options = {
          ...(isText ? { forAll: t('Change every {0} to {1}', JSON.stringify(taskname), json) } : {}),
          ...(near.length > 0 ? {} : guessUnlessOne(names)),
        };
        return fixOf(t('Change to {0}', json), places.replace('taskname', json), options);
      });
      const message = isText ? unknownTask(taskname, near[0]) : t('"taskname" must be a text.');
      return { at, message, fixes };
    });
  },
};

function unknownTask(taskname: string, near: string | undefined): string {
  const name = JSON.stringify(taskname);
  return isSameText(taskname, near)
    ? t('No template has the taskname {0}: one has the same name, encoded in another way.', name)
    : `${t('No template has the taskname {0}.', name)}${didYouMean(near)}`;
}

/** The tasks whose fields the row has, or the only task there is. */
function tasksFor(row: RowObject, context: TaskContext): string[] {
  const names = [...context.tasknames];
  return names.length === 1
    ? names
    : names
        .filter((name) => context.template(name)!.fields.every((field) => Object.hasOwn(row, field)))
        .slice(0, MOST_CHOICES);
}

/** What a row without a `taskname` is told: `names` are the tasks that it may be of. */
function withoutTask(names: readonly string[], context: TaskContext): string {
  const [name] = names.length > 0 ? names : context.tasknames;
  if (name === undefined) return t('This row has no "taskname", so it belongs to no task.');
  const entry = `"taskname": ${JSON.stringify(name)}`;
  return names.length === 1
    ? t('This row has no "taskname", so it belongs to no task; add {0}.', entry)
    : t('This row has no "taskname", so it belongs to no task; add one, such as {0}.', entry);
}

function guessUnlessOne(names: readonly string[]): Pick<Fix, 'guess'> {
  return names.length === 1 ? {} : { guess: true };
}
