import type { CompletionItem, Position } from 'vscode-languageserver-types';
import type { CompletionOptions } from '../completion-options.ts';
import type { DataLine } from '../data-lines.ts';
import type { Knowledge } from '../knowledge.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import { type Offer, toItems } from './offer.ts';
import { type RowTask, rowKeyOffers, rowTasks, rowValueOffers, wholeRowOffers } from './rows.ts';

/**
 * What can be written at a position of a data file: the keys and values of its row, on an empty line a whole one.
 *
 * @param files the task files that name the data file
 */
export function rowCompletions(
  files: readonly Knowledge[],
  { line, character: first, text }: DataLine,
  position: Position,
  options: CompletionOptions,
): CompletionItem[] {
  if (position.character < first) return [];
  const cursor = cursorAt(text, Math.min(position.character - first, text.length));
  if (cursor === undefined) return [];
  const place = (offset: number) => ({ line, character: first + offset });
  const lines = {
    range: ({ start, end }: { start: number; end: number }) => ({ start: place(start), end: place(end) }),
  };
  return toItems(offersAt(rowTasks(files), cursor), cursor, lines, options);
}

function offersAt(tasks: readonly RowTask[], cursor: Cursor): Offer[] {
  const kind = { isExample: false };
  if (cursor.container.length > 0) return [];
  if (cursor.kind === 'key') return rowKeyOffers(tasks, cursor, kind);
  const [field] = cursor.path;
  if (typeof field === 'string') return rowValueOffers(tasks, cursor, field);
  return cursor.path.length === 0 && !cursor.inString ? wholeRowOffers(tasks, kind) : [];
}
