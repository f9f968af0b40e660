import { endOfTokenBefore, TOKEN } from './json-tokens.ts';

/** What a text lacks at a place. */
export interface MissingBracket {
  readonly kind: 'opening' | 'closing';
  readonly at: number;
  /** The bracket, with the comma that is to follow it. */
  readonly newText: string;
}

/** What is opened, and not closed yet. */
interface Opened {
  readonly closing: string;
  /** How far in the line begins that opens it. */
  readonly indent: number;
  /** Whether the first line in it begins further in, as the others do then. */
  isIndented?: boolean;
  /** Behind its last colon. */
  colon?: number;
}

/** Tokens, colons, and the beginnings of lines, of comments alone excepted, with the blanks in front. */
const TOKEN_OR_LINE = new RegExp(`${TOKEN.source}|:|\\n([ \\t]*)(?=[^\\s/])`, 'g');

/**
 * A bracket that is missing where the text as a whole tells: in front of the first line that begins no further in than the one
 * that opened what it would be in, and behind the colon of a value that is closed, but not opened.
 */
export function unbalancedBracket(text: string): MissingBracket | undefined {
  const open: Opened[] = [];
  let indent = 0;
  for (const { 0: token, 1: blanks, index } of text.matchAll(TOKEN_OR_LINE)) {
    const top = open.at(-1);
    if (blanks !== undefined) {
      indent = blanks.length;
      const start = index + token.length;
      if (top && isBehind(top, indent) && !isClosing(text[start]!, open)) return closingAt(text, index, start, top);
    } else if (token === '{') open.push({ closing: '}', indent });
    else if (token === '[') open.push({ closing: ']', indent });
    else if (token === top?.closing) open.pop();
    else if (token === ':' && top) top.colon = index + 1;
    else if (token === ']' && top?.colon !== undefined) return openingAt(text, top.colon);
  }
  return undefined;
}

/** Whether a line in it begins so little further in that it seems to stand behind it. */
function isBehind(opened: Opened, indent: number): boolean {
  const isFurtherIn = indent > opened.indent;
  opened.isIndented ??= isFurtherIn;
  return opened.isIndented && !isFurtherIn;
}

/** Whether a letter closes the innermost, or nothing that is open: what was never opened is told when it is reached. */
function isClosing(letter: string, open: readonly Opened[]): boolean {
  if (letter !== ']' && letter !== '}') return false;
  return open.at(-1)!.closing === letter || open.every(({ closing }) => closing !== letter);
}

/** @param lineEnd the end of the line in front of the one that starts at `start` */
function closingAt(text: string, lineEnd: number, start: number, { closing }: Opened): MissingBracket {
  if (text[start] === ',') return { kind: 'closing', at: start, newText: closing };
  const end = endOfTokenBefore(text, lineEnd);
  // A comma in front is the one that is to follow the bracket.
  if (text[end - 1] === ',') return { kind: 'closing', at: endOfTokenBefore(text, end - 1), newText: closing };
  const comma = '"{['.includes(text[start]!) ? ',' : '';
  return { kind: 'closing', at: end, newText: closing + comma };
}

/** @param colon the end of the colon in front of the value that is closed */
function openingAt(text: string, colon: number): MissingBracket | undefined {
  // Of a list that is opened it is the closing bracket that is too much.
  if (text.slice(colon).trimStart().startsWith('[')) return undefined;
  return { kind: 'opening', at: text[colon] === ' ' ? colon + 1 : colon, newText: '[' };
}
