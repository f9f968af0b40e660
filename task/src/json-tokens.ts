import type { Span } from './json-tree.ts';

/** Strings, closed or not, comments and brackets of JSON, broken as it may be. */
export const TOKEN = /"(?:\\.|[^"\\\r\n])*"?|\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|[{}[\]]/g;

/** The last text in a part of a line, closed or not. */
export function lastText(text: string, start: number, end: number): Span | undefined {
  const found = [...text.slice(start, end).matchAll(TOKEN)].findLast(([token]) => token.startsWith('"'));
  return found && { start: start + found.index, end: start + found.index + found[0].length };
}

/** Where a text, a number or a word starts that ends at a place. */
export function startOfTokenBefore(text: string, end: number): number {
  if (text[end - 1] === '"') return lastText(text, text.lastIndexOf('\n', end - 1) + 1, end)?.start ?? end;
  let start = end;
  while (start > 0 && !/[\s"{}[\]:,]/.test(text[start - 1]!)) start--;
  return start;
}

/** Where the last thing in front of a place ends that is no blank and no comment. */
export function endOfTokenBefore(text: string, start: number): number {
  const front = text.slice(0, start);
  const comments = [...front.matchAll(TOKEN)].filter(([token]) => token.startsWith('/'));
  let end = front.trimEnd().length;
  for (const { 0: comment, index } of comments.reverse()) {
    if (index + comment.length < end) break;
    end = front.slice(0, index).trimEnd().length;
  }
  return end;
}

/** What closes the string, comment and brackets that are open at the end of a text. */
export function missingEnd(text: string): string {
  const open: string[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    last = token;
    if (token === '{') open.unshift('}');
    else if (token === '[') open.unshift(']');
    else if (token === open[0]) open.shift();
  }
  const isOpenText = /^"(?:\\.|[^"\\])*$/.test(last) && text.trimEnd().endsWith(last);
  const isOpenComment = last.startsWith('/*') && (last.length < 4 || !last.endsWith('*/'));
  const brackets = open.join('');
  return `${isOpenText ? '"' : ''}${isOpenComment ? ' */' : ''}${brackets}`;
}
