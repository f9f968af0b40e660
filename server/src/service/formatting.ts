import { format } from 'jsonc-parser';
import type { FormattingOptions, Range, TextEdit } from 'vscode-languageserver-types';
import type { TaskContext } from '../../../task/src/context.ts';

/**
 * The edits that lay a task file out anew: blanks and indentation. Lines stay as the author broke them, so that a list of two
 * splits is not spread over four lines, and so do comments and strings. In text that does not parse no more than that is
 * changed, either.
 *
 * @param range the lines that are laid out, as they would be with all the others; everything when it is left out
 */
export function formatting({ text, lines }: TaskContext, options: FormattingOptions, range?: Range): TextEdit[] {
  // The formatter takes a byte order mark for a mistake.
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  // It doubles the lines of a text that has nothing else.
  if (text.slice(mark).trim() === '') return [];
  const edits = format(text.slice(mark), undefined, {
    tabSize: options.tabSize,
    insertSpaces: options.insertSpaces,
    eol: /\r\n|\r|\n/.exec(text)?.[0] ?? '\n',
    keepLines: true,
    insertFinalNewline: options.insertFinalNewline === true,
  });
  return edits
    .map(({ offset, length, content }) => ({
      range: lines.range({ start: offset + mark, end: offset + mark + length }),
      newText: content,
    }))
    .filter((edit) => range === undefined || isWithin(edit.range.end.line, range));
}

/** A selection of whole lines ends at the start of the line behind them. */
function isWithin(line: number, { start, end }: Range): boolean {
  return line >= start.line && (line < end.line || (line === end.line && (end.character > 0 || line === start.line)));
}
