import { t } from '../../l10n/src/words.ts';
import { type Fix, fixOf, type SpanEdit } from './fix.ts';
import type { Span } from './json-tree.ts';

/** What other languages call JSON's words. */
const WORDS: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  undefined: 'null',
};
const TOKEN = /"(?:\\.|[^"\\\r\n])*"?|\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|[{}[\]]/g;

/** The same, colons, and the beginnings of lines, of comments alone excepted, with the blanks in front. */
const TOKEN_OR_LINE = new RegExp(`${TOKEN.source}|:|\\n([ \\t]*)(?=[^\\s/])`, 'g');

/** What reading the text that a repair gives says of it: all is well with it, or more than before. */
export type Effect = 'cures' | 'helps' | undefined;

interface Slip {
  readonly title: string;
  readonly edit: SpanEdit;
}

/**
 * A small repair of broken JSON: a comma, a colon, a quote or a bracket that is missing, a comma too many, an escape. The first
 * that leaves nothing wrong, else the first that helps. Nothing is guessed, since `effectOf` reads the text that a repair gives.
 *
 * @param error where the parser stumbled
 */
export function repair(text: string, error: Span, effectOf: (repaired: string) => Effect): Fix[] {
  let found: Slip | undefined;
  for (const slip of slips(text, error)) {
    const { start, end, newText } = slip.edit;
    const effect = effectOf(text.slice(0, start) + newText + text.slice(end));
    if (effect === 'cures') return fixOf(slip.title, [slip.edit]);
    if (effect === 'helps') found ??= slip;
  }
  return found === undefined ? [] : fixOf(found.title, [found.edit]);
}

function slips(text: string, { start, end }: Span): Slip[] {
  const before = endOfTokenBefore(text, start);
  const word = text.slice(start, end);
  const closing = missingEnd(text);
  const textEnd = text.trimEnd().length;
  // The parser takes the first digits of a number such as 0x10 or 007 for all of it.
  const numberStart = start - /[\w.+-]*$/.exec(text.slice(0, start))![0].length;
  const numberEnd = end + /^\w*/.exec(text.slice(end))![0].length;
  const number = plainNumber(text.slice(numberStart, numberEnd));
  return [
    ...(number === undefined
      ? []
      : [{ title: t('Change to {0}', number), edit: { start: numberStart, end: numberEnd, newText: number } }]),
    ...(text[before - 1] === ','
      ? [{ title: t('Remove the comma'), edit: { start: before - 1, end: before, newText: '' } }]
      : []),
    insertion(t('Put a comma in between'), before, ','),
    insertion(t('Put a colon in between'), before, ':'),
    { title: t('Write it as an escape'), edit: { start, end, newText: escaped(word) } },
    ...(isWord(word) ? [{ title: wordTitle(word), edit: { start, end, newText: quoted(word) } }] : []),
    insertion(opened('"'), start, '"'),
    ...endsOfText(text, before, end).map((at) => insertion(closed('"'), at, '"')),
    ...misplaced(text),
    ...missingBrackets(text, start, before),
    ...(closing === '' || end < textEnd ? [] : [insertion(closed(closing.trim()), textEnd, closing)]),
    ...restOfLine(text, before),
    ...[before - 1, start].filter((at) => '"{}[]:'.includes(text[at] ?? ' ')).map((at) => removal(text, at)),
  ];
}

function insertion(title: string, at: number, newText: string): Slip {
  return { title, edit: { start: at, end: at, newText } };
}

function removal(text: string, at: number): Slip {
  return { title: t('Remove {0}', text[at]!), edit: { start: at, end: at + 1, newText: '' } };
}

const opened = (bracket: string) => t('Open it with {0}', bracket);
const closed = (bracket: string) => t('Close it with {0}', bracket);

/** Where a text may end whose closing quote is missing: one that its line ends, or that the opening quote of the next does. */
function endsOfText(text: string, before: number, end: number): number[] {
  const last = lastText(text, text.lastIndexOf('\n', before - 1) + 1, end);
  if (last === undefined) return [];
  const token = text.slice(last.start, last.end);
  const written = token.length > 1 && token.endsWith('"') ? token.slice(0, -1) : token;
  const withoutComma = written.trimEnd().replace(/[,:]$/, '').trimEnd();
  let bare = written.length;
  while (' \t,:[]{}'.includes(written[bare - 1]!)) bare--;
  const [word] = /^"[^\s",:[\]{}]*/.exec(written)!;
  return [withoutComma.length, bare, word.length].map((length) => last.start + length);
}

/** What closes all that a line has opened, where the next one begins something else. */
function restOfLine(text: string, before: number): Slip[] {
  const [line] = /.*/.exec(text.slice(text.lastIndexOf('\n', before - 1) + 1))!;
  const at = text.lastIndexOf('\n', before - 1) + 1 + line.trimEnd().length;
  const comma = /^\s*["{[]/.test(text.slice(at)) ? ',' : '';
  const closing = missingEnd(line) + comma;
  return closing === comma ? [] : [insertion(closed(closing), at, closing)];
}

/** The last text in a part of a line, closed or not. */
function lastText(text: string, start: number, end: number): Span | undefined {
  const found = [...text.slice(start, end).matchAll(TOKEN)].findLast(([token]) => token.startsWith('"'));
  return found && { start: start + found.index, end: start + found.index + found[0].length };
}

/** A bracket that is missing in front of what came unexpected, or of the key or value before it. */
function missingBrackets(text: string, start: number, before: number): Slip[] {
  const value = startOfTokenBefore(text, before);
  const comma = endOfTokenBefore(text, value);
  const closings = text[comma - 1] === ',' ? [endOfTokenBefore(text, comma - 1), before] : [before];
  return [
    ...[value, start].flatMap((at) => ['{', '['].map((bracket) => insertion(opened(bracket), at, bracket))),
    ...closings.flatMap((at) => [']', '}'].map((bracket) => insertion(closed(bracket), at, bracket))),
  ];
}

/** What is opened, and not closed yet. */
interface Opened {
  readonly closing: string;
  /** How far in the line begins that opens it. */
  readonly indent: number;
  /** Whether the first line in it begins further in, as the others do then. */
  isIndented?: boolean;
  /** Behind its last colon. */
  colon: number;
}

/**
 * A bracket that is missing where the text as a whole tells: in front of the first line that begins no further in than the one
 * that opened what it would be in, and behind the colon of a value that is closed, but not opened.
 */
function misplaced(text: string): Slip[] {
  const open: Opened[] = [];
  let indent = 0;
  for (const { 0: token, 1: blanks, index } of text.matchAll(TOKEN_OR_LINE)) {
    const top = open.at(-1);
    if (blanks !== undefined) {
      indent = blanks.length;
      const start = index + token.length;
      if (top === undefined || text[start] === top.closing) continue;
      top.isIndented ??= indent > top.indent;
      if (!top.isIndented || indent > top.indent) continue;
      // What was never opened is told when it is reached.
      if (']}'.includes(text[start]!) && !open.some(({ closing }) => closing === text[start])) continue;
      const isComma = text[start] === ',';
      const end = isComma ? start : endOfTokenBefore(text, index);
      const at = text[end - 1] === ',' ? endOfTokenBefore(text, end - 1) : end;
      const comma = /^["{[]/.test(text.slice(start)) && at === end ? ',' : '';
      return [insertion(closed(top.closing + comma), at, top.closing + comma)];
    }
    if (token === '{' || token === '[') open.push({ closing: token === '{' ? '}' : ']', indent, colon: 0 });
    else if (token === ':' && top !== undefined) top.colon = index + 1;
    else if (token === top?.closing) open.pop();
    else if (token === ']' && top !== undefined && top.colon > 0) {
      // Of a list that is opened it is the closing bracket that is too much.
      if (text.slice(top.colon).trimStart().startsWith('[')) return [];
      return [insertion(opened('['), text[top.colon] === ' ' ? top.colon + 1 : top.colon, '[')];
    }
  }
  return [];
}

/** Where a text, a number or a word starts that ends at a place. */
function startOfTokenBefore(text: string, end: number): number {
  if (text[end - 1] === '"') return lastText(text, text.lastIndexOf('\n', end - 1) + 1, end)?.start ?? end;
  let start = end;
  while (start > 0 && !/[\s"{}[\]:,]/.test(text[start - 1]!)) start--;
  return start;
}

/** Where the last thing in front of a place ends that is no blank and no comment. */
function endOfTokenBefore(text: string, start: number): number {
  const front = text.slice(0, start);
  const comments = [...front.matchAll(TOKEN)].filter(([token]) => token.startsWith('/'));
  let end = front.trimEnd().length;
  for (const { 0: comment, index } of comments.reverse()) {
    if (index + comment.length < end) break;
    end = front.slice(0, index).trimEnd().length;
  }
  return end;
}

/** A number of other languages as JSON writes it: with a digit on each side of the point, no plus, no zeros in front. */
function plainNumber(text: string): string | undefined {
  if (/^[+-]?0[xob][\da-f]+$/i.test(text)) {
    const value = Number(text.replace(/^[+-]/, ''));
    return Number.isSafeInteger(value) ? `${text.startsWith('-') ? '-' : ''}${value}` : undefined;
  }
  const parts = /^([+-]?)([\d_]*)(?:\.([\d_]*))?(e[+-]?\d+)?$/i.exec(text);
  if (parts === null || !/^[+-]?\.?\d/.test(text)) return undefined;
  const [sign, whole, fraction, exponent = ''] = parts.slice(1).map((part) => part?.replaceAll('_', ''));
  const point = fraction === undefined ? '' : `.${fraction || '0'}`;
  return `${sign === '-' ? '-' : ''}${whole!.replace(/^0+(?=\d)/, '') || '0'}${point}${exponent}`;
}

/** Text that may be meant as such, and no punctuation. */
function isWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text) && !/["{}[\]]/.test(text);
}

/** Control characters and lone backslashes as JSON wants them. */
function escaped(text: string): string {
  return (
    text
      .replace(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\/g, (found) => (found === '\\' ? '\\\\' : found))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u001f]/g, (character) => JSON.stringify(character).slice(1, -1))
  );
}

function quoted(word: string): string {
  return Object.hasOwn(WORDS, word) ? WORDS[word]! : JSON.stringify(word.replace(/^(['`])(.*)\1$/s, '$2'));
}

function wordTitle(word: string): string {
  return Object.hasOwn(WORDS, word) ? t('Change to {0}', quoted(word)) : t('Put it in double quotes');
}

/** What closes the string, comment and brackets that are open at the end of a text. */
function missingEnd(text: string): string {
  const open: string[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    last = token;
    if (token === '{') open.unshift('}');
    else if (token === '[') open.unshift(']');
    else if (token === open[0]) open.shift();
  }
  const isOpenText =
    last.startsWith('"') && (last.length === 1 || !last.endsWith('"')) && text.trimEnd().endsWith(last);
  const isOpenComment = last.startsWith('/*') && (last.length < 4 || !last.endsWith('*/'));
  const brackets = open.join('');
  return `${isOpenText ? '"' : ''}${isOpenComment ? ' */' : ''}${brackets}`;
}
