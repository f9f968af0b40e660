import type { Position, Range } from '../../../protocol/src/problem.ts';
import { jsonInner, type TaskContext } from '../../../task/src/context.ts';
import type { Work } from '../../../task/src/data/work.ts';
import { parseJsonTree, type Span } from '../../../task/src/json-tree.ts';
import { type DataLine, dataLineAt, dataLines, type OpenLines, UnreadableData } from './data-lines.ts';
import type { NameSources } from './name-sources.ts';
import { type Mention, type Name, namesInRow, namesInTaskFile } from './names.ts';
import type { Scope } from './scope.ts';

export interface NamePlace {
  readonly path: string;
  readonly range: Range;
  readonly mention: Mention;
}

/** The name at a position of a file of the scope; the cursor may stand right behind it. */
export function nameAt(
  scope: Scope,
  path: string,
  open: OpenLines | undefined,
  position: Position,
): NamePlace | undefined {
  const places = placesAround(scope, path, open, position.line);
  return places.find(({ range: { start, end } }) => !isBefore(position, start) && !isBefore(end, position));
}

/** The names of a line, and of a task file some more around it. */
function placesAround(scope: Scope, path: string, open: OpenLines | undefined, line: number): readonly NamePlace[] {
  const context = scope.contexts.find((candidate) => candidate.path === path);
  if (context !== undefined) {
    const start = context.lines.offset({ line, character: 0 });
    return placesIn(context, { start, end: context.lines.offset({ line: line + 1, character: 0 }) });
  }
  const found = open && dataLineAt(open, line);
  return found === undefined ? [] : placesInLine(scope, path, found);
}

/** Undefined for a file that is no task file of the scope. */
export function placesInTaskFile({ contexts }: Scope, path: string): readonly NamePlace[] | undefined {
  const context = contexts.find((candidate) => candidate.path === path);
  return context && placesIn(context);
}

function placesIn(context: TaskContext, within?: Span): NamePlace[] {
  const { path, lines } = context;
  return namesInTaskFile(context, within).map((mention) => ({ path, range: lines.range(mention), mention }));
}

/** The names in a line of a data file, which need not be a whole row. */
export function placesInLine({ templates }: Scope, path: string, { line, character, text }: DataLine): NamePlace[] {
  const row = parseJsonTree(text, { comments: false }).root;
  if (row === undefined) return [];
  const rangeOf = ({ start, end }: Span): Range => ({
    start: { line, character: character + start },
    end: { line, character: character + end },
  });
  return namesInRow(text, row, templates).map((mention) => ({ path, range: rangeOf(mention), mention }));
}

/** Some of the places that were asked for, or a data file that cannot be read. */
export type Found =
  | { readonly kind: 'places'; readonly places: readonly NamePlace[] }
  | { readonly kind: 'unreadable'; readonly path: string; readonly reason: string };

/**
 * All places of names that are wanted, a part at a time: task files first, then data files from beginning to end.
 *
 * @param tasks to which the names belong; rows of others are passed over
 * @throws the signal's reason when the work is given up
 */
export async function* findNames(
  scope: Scope,
  tasks: readonly string[],
  isWanted: (name: Name) => boolean,
  sources: Pick<NameSources, 'environment' | 'openLines'>,
  work: Work,
): AsyncGenerator<Found> {
  const found = (places: readonly NamePlace[]): Found => ({
    kind: 'places',
    places: places.filter(({ mention }) => isWanted(mention.name)),
  });
  for (const { path } of scope.contexts) yield found(placesInTaskFile(scope, path)!);
  for (const path of scope.dataPaths) {
    try {
      for await (const lines of dataLines(path, sources.openLines(path), sources.environment, work)) {
        const concerned = lines.filter(({ text }) => mayBeOf(tasks, text));
        yield found(concerned.flatMap((line) => placesInLine(scope, path, line)));
      }
    } catch (error) {
      if (!(error instanceof UnreadableData)) throw error;
      yield { kind: 'unreadable', path, reason: error.message };
    }
  }
}

/** Whether a line may be a row of one of the tasks, which costs little to ask. */
function mayBeOf(tasks: readonly string[], line: string): boolean {
  return line.includes('\\') || tasks.some((task) => line.includes(jsonInner(task)));
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
