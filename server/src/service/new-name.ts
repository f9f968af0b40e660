import { t } from '../../../l10n/src/words.ts';
import { canBePlaceholder } from '../../../task/src/template.ts';
import type { Name } from './names.ts';

/** The name with another text in its place. */
export function renamed(name: Name, text: string): Name {
  if (name.kind === 'task') return { kind: 'task', task: text };
  if (name.kind === 'field') return { ...name, field: text };
  return { ...name, form: text, label: name.form === name.label.trim() ? text : name.label };
}

/** Whether a place already uses what is to be the new name, so that afterwards the two could not be told apart. */
export function isTaken(used: Name, wanted: Name): boolean {
  if (used.kind === 'task' || wanted.kind === 'task') return used.kind === wanted.kind && used.task === wanted.task;
  if (used.task !== wanted.task) return false;
  if (used.kind === 'field') return wanted.kind === 'field' && used.field === wanted.field;
  return wanted.kind === 'label' && used.form === wanted.form;
}

/** Why a text can be no such name, in words for the user; undefined when it can. */
export function newNameProblem({ kind }: Name, text: string): string | undefined {
  if (text.trim() === '') return t('A name cannot be empty.');
  if (text !== text.trim()) return t('A name cannot begin or end with a space.');
  if (kind === 'task' && text === '__metadata__') return t('A prompt table cannot hold a task of this name.');
  if (kind !== 'field') return undefined;
  if (text === 'taskname') return t('The field “taskname” of a row names its task.');
  return canBePlaceholder(text)
    ? undefined
    : t('The name of a field cannot hold braces, line breaks or the start of a marker.');
}
