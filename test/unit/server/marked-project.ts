import type { Location, Position, Range } from 'vscode-languageserver-types';
import type { LanguageService } from '../../../server/src/service/language-service.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { TASK_PATH, unmark } from '../task/harness.ts';
import { atCursor, type Editor, editor, TASK, uriOf } from './harness.ts';

/** The texts of the files by their names in the task file's folder; the task file itself is `task`. */
export type MarkedFiles = { task: string } & Record<string, string>;

export interface MarkedProject {
  readonly service: LanguageService;
  readonly disk: Editor['disk'];
  readonly texts: Readonly<Record<string, string>>;
  /** The file with the cursor `‸`, and where it is. */
  readonly uri: string;
  readonly position: Position;
  /** What is marked with ⟦…⟧, as `places` gives it. */
  readonly marked: string[];
}

/** Opens the task file and the file with the cursor; the others are on the disk alone. */
export async function markedProject(
  files: MarkedFiles,
  changes: Partial<CheckEnvironment> = {},
): Promise<MarkedProject> {
  const open = editor(changes);
  for (const name of Object.keys(open.disk)) delete open.disk[name];
  const texts: Record<string, string> = {};
  const marked: string[] = [];
  let cursor = { uri: TASK, position: { line: 0, character: 0 } };
  for (const [name, source] of Object.entries(files)) {
    const uri = uriOfFile(name);
    const { text: withCursor } = unmark(source);
    const { text, position } = atCursor(withCursor);
    texts[name] = text;
    // An editor takes the byte order mark off a file that it opens from the disk.
    const shown = withCursor.includes('‸') ? source.replace('‸', '') : source.replace(/^\uFEFF/, '');
    marked.push(...unmark(name === 'task' ? source.replace('‸', '') : shown).ranges.map((range) => place(uri, range)));
    if (withCursor.includes('‸')) cursor = { uri, position };
    if (name !== 'task') open.disk[name] = text;
    if (name === 'task' || withCursor.includes('‸')) open.service.openDocument(uri, text);
  }
  await open.service.settled();
  return { service: open.service, disk: open.disk, texts, marked, ...cursor };
}

export function uriOfFile(name: string): string {
  return name === 'task' ? TASK : uriOf(`${TASK_PATH.replace(/[^/]*$/, '')}${name}`);
}

/** Places as `file line:column-line:column`, in the order of files and lines. */
export function places(locations: readonly Location[]): string[] {
  return locations.map(({ uri, range }) => place(uri, range));
}

export function sorted(list: readonly string[]): string[] {
  return list.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function place(uri: string, { start, end }: Range): string {
  return `${uri.split('/').at(-1)} ${start.line}:${start.character}-${end.line}:${end.character}`;
}
