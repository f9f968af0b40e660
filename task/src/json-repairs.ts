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

/**
 * The first of some small repairs of broken JSON that helps: a comma or a quote that is missing or too many, an escape, brackets
 * that are not closed. Nothing is guessed, since `helps` reads the text that a repair gives.
 *
 * @param error where the parser stumbled
 */
export function repair(text: string, error: Span, helps: (repaired: string) => boolean): Fix[] {
  const found = slips(text, error).find(({ edit }) =>
    helps(text.slice(0, edit.start) + edit.newText + text.slice(edit.end)),
  );
  return found === undefined ? [] : fixOf(found.title, [found.edit]);
}

function slips(text: string, { start, end }: Span): { title: string; edit: SpanEdit }[] {
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
    { title: t('Put a comma in between'), edit: { start: before, end: before, newText: ',' } },
    { title: t('Write it as an escape'), edit: { start, end, newText: escaped(word) } },
    ...(isWord(word) ? [{ title: wordTitle(word), edit: { start, end, newText: quoted(word) } }] : []),
    ...(closing === '' || end < textEnd
      ? []
      : [{ title: t('Close it with {0}', closing.trim()), edit: { start: textEnd, end: textEnd, newText: closing } }]),
  ];
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
