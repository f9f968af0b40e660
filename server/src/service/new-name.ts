import { t } from '../../../l10n/src/words.ts';
import { canBePlaceholder } from '../../../task/src/template.ts';
import { type Name, textOfName } from './names.ts';

/** Whether a place already uses the text that a name is to have, so that afterwards the two could not be told apart. */
export function isTaken(used: Name, name: Name, text: string): boolean {
  return used.kind === name.kind && textOfName(used) === text && (name.kind === 'task' || used.task === name.task);
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
