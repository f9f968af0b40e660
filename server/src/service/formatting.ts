import { createScanner, type Edit, format } from 'jsonc-parser';
import type { FormattingOptions, Range, TextEdit } from 'vscode-languageserver-types';
import type { TaskContext } from '../../../task/src/context.ts';
import type { Span } from '../../../task/src/json-tree.ts';

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
  const body = text.slice(mark);
  // It doubles the lines of a text that has nothing else.
  if (body.trim() === '') return [];
  const edits = format(body, undefined, {
    tabSize: blanksOf(options.tabSize),
    insertSpaces: options.insertSpaces,
    eol: /\r\n|\r|\n/.exec(text)?.[0] ?? '\n',
    keepLines: true,
    // Behind a comment that does not end the formatter adds one whatever is there.
    insertFinalNewline: options.insertFinalNewline === true && !/[\r\n]$/.test(body),
  });
  return withoutLastIndent(body, closedUp(body, edits))
    .map(({ offset, length, content }) => ({
      range: lines.range({ start: offset + mark, end: offset + mark + length }),
      newText: content,
    }))
    .filter((edit) => range === undefined || isWithin(edit.range.end.line, range));
}

/** In a level. */
const [USUAL_BLANKS, MOST_BLANKS] = [2, 32];

/** The setting of an editor, or of a project that was opened in it: a number beyond all bounds would be written out without end. */
function blanksOf(tabSize: number): number {
  return Number.isSafeInteger(tabSize) && tabSize >= 0 ? Math.min(tabSize, MOST_BLANKS) : USUAL_BLANKS;
}

/** The formatter writes `[ 4, 6 ]` and `{ }` for what is commonly written `[4, 6]` and `{}`. */
function closedUp(text: string, edits: readonly Edit[]): Edit[] {
  const blanks = new Map(blanksInBrackets(text).map(({ start, end }) => [start, end - start]));
  const others = edits.filter(({ offset, length }) => blanks.get(offset) !== length);
  const removals = [...blanks].flatMap(([offset, length]) => (length > 0 ? [{ offset, length, content: '' }] : []));
  return [...others, ...removals].sort((a, b) => a.offset - b.offset);
}

/** Where a bracket is still missing, the formatter indents the last line, which is empty: once there is one. */
function withoutLastIndent(text: string, edits: readonly Edit[]): Edit[] {
  return edits.flatMap((edit) => {
    if (edit.offset + edit.length < text.length) return [edit];
    const content = edit.content.replace(/(?<=[\r\n])[ \t]+$/, '');
    return content === text.slice(edit.offset) ? [] : [{ ...edit, content }];
  });
}

/** Between a bracket of a list, or an empty object, and what is inside in the same line: blanks, or the place for them. */
function blanksInBrackets(text: string): Span[] {
  const spans: Span[] = [];
  const scanner = createScanner(text);
  let before = { token: '', end: 0 };
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const start = scanner.getTokenOffset();
    const token = text.slice(start, start + scanner.getTokenLength());
    if (/^[ \t]+$/.test(token)) continue;
    if (isCloseTo(before.token, token)) spans.push({ start: before.end, end: start });
    before = { token, end: start + token.length };
  }
  return spans;
}

function isCloseTo(left: string, right: string): boolean {
  if (left === '{') return right === '}';
  const inside = left === '[' ? right : right === ']' ? left : undefined;
  // Comments keep their distance.
  return inside !== undefined && !/^(?:[\r\n]|\/[/*])/.test(inside);
}

/** A selection of whole lines ends at the start of the line behind them. */
function isWithin(line: number, { start, end }: Range): boolean {
  return line >= start.line && (line < end.line || (line === end.line && (end.character > 0 || line === start.line)));
}
