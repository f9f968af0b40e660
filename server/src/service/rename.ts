import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import type { Range } from '../../../protocol/src/problem.ts';
import { jsonInner } from '../../../task/src/context.ts';
import type { Work } from '../../../task/src/data/work.ts';
import { findNames, type NamePlace } from './find-names.ts';
import type { NameSources } from './name-sources.ts';
import { isSameName, type Name, textOfName } from './names.ts';
import { isTaken, newNameProblem, renamed } from './new-name.ts';
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
  const problem = name.task === '' ? 'Give the task a name first.' : newNameProblem(name, newText);
  if (problem !== undefined) return refused(problem);

  const before = statesOf(scope, sources);
  const wanted = renamed(name, newText);
  const changes: Record<string, TextEdit[]> = {};
  const isConcerned = (other: Name) => isSameName(other, name) || isTaken(other, wanted);
  for await (const found of findNames(scope, [name.task, wanted.task], isConcerned, sources, work)) {
    if (found.kind === 'unreadable') return refused(`${fileName(found.path)} cannot be read: ${found.reason}`);
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
  if (changed !== undefined) return refused(`${fileName(changed)} was changed meanwhile. Rename again.`);
  for (const edits of Object.values(changes)) edits.sort(byPlace);
  const isTrained = scope.contexts.some(({ path }) => sources.promptTable(path)?.tasks.has(name.task));
  return { kind: 'edit', edit: { changes }, ...noteOn(name, newText, isTrained) };
}

function refused(message: string): RenameResult {
  return { kind: 'refused', message };
}

function takenText({ path, range, mention: { name } }: NamePlace, text: string): string {
  const owner = name.kind === 'task' ? '' : ` of ${JSON.stringify(name.task)}`;
  return `There is a ${name.kind} ${JSON.stringify(text)}${owner} already: ${fileName(path)}, line ${range.start.line + 1}.`;
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}

/** The prompt table is no text that an editor could change. */
function noteOn(name: Name, newText: string, isTrained: boolean): { note?: string } {
  if (name.kind !== 'task' || !isTrained) return {};
  const [old, now] = [name.task, newText].map((text) => JSON.stringify(text));
  return {
    note: `The prompt table keeps the trained prompt of ${old} under that name. Train ${now} to have one of its own.`,
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
