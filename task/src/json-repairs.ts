import { t } from '../../l10n/src/words.ts';
import { type Fix, fixOf, type SpanEdit } from './fix.ts';
import { endOfTokenBefore, lastText, missingEnd, startOfTokenBefore } from './json-tokens.ts';
import type { Span } from './json-tree.ts';
import { unbalancedBracket } from './unbalanced-bracket.ts';

/** What other languages call JSON's words. */
const WORDS: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  undefined: 'null',
};

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
  return [
    ...numberAt(text, start, end),
    ...(text[before - 1] === ','
      ? [{ title: t('Remove the comma'), edit: { start: before - 1, end: before, newText: '' } }]
      : []),
    insertion(t('Put a comma in between'), before, ','),
    insertion(t('Put a colon in between'), before, ':'),
    { title: t('Write it as an escape'), edit: { start, end, newText: escaped(word) } },
    ...(isWord(word) ? [{ title: wordTitle(word), edit: { start, end, newText: quoted(word) } }] : []),
    insertion(opened('"'), start, '"'),
    ...endsOfText(text, before, end).map((at) => insertion(closed('"'), at, '"')),
    ...unbalanced(text),
    ...missingBrackets(text, start, before),
    ...(closing === '' || end < textEnd ? [] : [insertion(closed(closing.trim()), textEnd, closing)]),
    ...restOfLine(text, before),
    ...[before - 1, start].filter((at) => '"{}[]:'.includes(text[at] ?? ' ')).map((at) => removal(text, at)),
  ];
}

/** A number in the form of other languages. */
function numberAt(text: string, from: number, to: number): Slip[] {
  // The parser takes the first digits of a number such as 0x10 or 007 for all of it.
  const start = from - /[\w.+-]*$/.exec(text.slice(0, from))![0].length;
  const end = to + /^\w*/.exec(text.slice(to))![0].length;
  const newText = plainNumber(text.slice(start, end));
  return newText === undefined ? [] : [{ title: t('Change to {0}', newText), edit: { start, end, newText } }];
}

function insertion(title: string, at: number, newText: string): Slip {
  return { title, edit: { start: at, end: at, newText } };
}

function removal(text: string, at: number): Slip {
  return { title: t('Remove {0}', text[at]!), edit: { start: at, end: at + 1, newText: '' } };
}

/** A bracket that the text as a whole lacks. */
function unbalanced(text: string): Slip[] {
  const missing = unbalancedBracket(text);
  if (missing === undefined) return [];
  const { kind, at, newText } = missing;
  return [insertion(kind === 'opening' ? opened(newText) : closed(newText), at, newText)];
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
