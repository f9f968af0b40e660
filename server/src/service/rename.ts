import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import type { Range } from '../../../protocol/src/problem.ts';
import { jsonInner } from '../../../task/src/context.ts';
import type { Work } from '../../../task/src/data/work.ts';
import { findNames, type NamePlace } from './find-names.ts';
import type { NameSources } from './name-sources.ts';
import { isSameName, type Name, textOfName } from './names.ts';
import { isTaken, newNameProblem } from './new-name.ts';
import type { Scope } from './scope.ts';

export type RenameResult =
  /** `note` is something that the user should know and that no edit can do. */
  | { readonly kind: 'edit'; readonly edit: WorkspaceEdit; readonly note?: string }
  | { readonly kind: 'refused'; readonly message: string };

/** What can be renamed at a place: the characters that are, and what stands there. */
export function renameTarget({ range, mention }: NamePlace): { range: Range; placeholder: string } {
  return { range, placeholder: textOfName(mention.name) };
}

/**
 * Renames a task, field or label in the task files and data files of the scope. It is refused where the text can be no such
 * name or is one already, where a file that must be changed cannot be read, and where a text changes meanwhile: half a
 * rename would be worse than none.
 *
 * @throws the signal's reason when the work is given up
 */
export async function rename(
  scope: Scope,
  { mention: { name } }: NamePlace,
  newText: string,
  sources: NameSources,
  work: Work,
): Promise<RenameResult> {
  if (newText === textOfName(name)) return { kind: 'edit', edit: { changes: {} } };
  const problem = name.task === '' ? t('Give the task a name first.') : newNameProblem(name, newText);
  if (problem !== undefined) return refused(problem);

  const before = statesOf(scope, sources);
  const tasks = name.kind === 'task' ? [name.task, newText] : [name.task];
  const changes: Record<string, TextEdit[]> = {};
  const isConcerned = (other: Name) => isSameName(other, name) || isTaken(other, name, newText);
  for await (const found of findNames(scope, tasks, isConcerned, sources, work)) {
    if (found.kind === 'unreadable') return refused(t('{0} cannot be read: {1}', fileName(found.path), found.reason));
    for (const place of found.places) {
      if (!isSameName(place.mention.name, name)) return refused(takenText(place, newText));
      const edit = { range: place.range, newText: jsonInner(newText) };
      const uri = sources.toUri(place.path);
      if (changes[uri] === undefined) changes[uri] = [edit];
      else changes[uri].push(edit);
    }
  }
  const now = statesOf({ ...scope, contexts: sources.contexts() }, sources);
  const changed = [...before.keys()].find((path) => now.get(path) !== before.get(path));
  if (changed !== undefined) return refused(t('{0} was changed meanwhile. Rename again.', fileName(changed)));
  for (const edits of Object.values(changes)) edits.sort(byPlace);
  const isTrained = scope.contexts.some(({ path }) => sources.promptTable(path)?.tasks.has(name.task));
  return { kind: 'edit', edit: { changes }, ...noteOn(name, newText, isTrained) };
}

function refused(message: string): RenameResult {
  return { kind: 'refused', message };
}

function takenText({ path, range, mention: { name } }: NamePlace, text: string): string {
  const [json, file, line] = [JSON.stringify(text), fileName(path), range.start.line + 1];
  if (name.kind === 'task') return t('There is a task {0} already: {1}, line {2}.', json, file, line);
  const owner = JSON.stringify(name.task);
  return name.kind === 'field'
    ? t('There is a field {0} of {1} already: {2}, line {3}.', json, owner, file, line)
    : t('There is a label {0} of {1} already: {2}, line {3}.', json, owner, file, line);
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}

/** The prompt table is no text that an editor could change. */
function noteOn(name: Name, newText: string, isTrained: boolean): { note?: string } {
  if (name.kind !== 'task' || !isTrained) return {};
  return {
    note: t(
      'The prompt table keeps the trained prompt of {0} under that name. Train {1} to have one of its own.',
      JSON.stringify(name.task),
      JSON.stringify(newText),
    ),
  };
}

/** What changes when a file does; a data file that is not open is known only when it is read. */
function statesOf({ contexts, dataPaths }: Scope, { openLines }: Pick<NameSources, 'openLines'>): Map<string, unknown> {
  const data = dataPaths.map((path) => [path, openLines(path)] as const);
  return new Map<string, unknown>([...data, ...contexts.map(({ path, text }) => [path, text] as const)]);
}

function byPlace({ range: { start: a } }: TextEdit, { range: { start: b } }: TextEdit): number {
  return a.line - b.line || a.character - b.character;
}
