import { shortened } from '../../l10n/src/characters.ts';
import { t } from '../../l10n/src/words.ts';

/*
 * What a file from elsewhere holds, in a message: a name in it may be as long as the file, and a value nested as deeply.
 */

/** UTF-16 units of a value. */
const LONGEST_VALUE = 60;

/** UTF-16 units of all that is said. */
const LONGEST_TEXT = 600;

/** A value of a JSON file as JSON, and of a long one the beginning. */
export function shown(value: unknown): string {
  const text = beginningOf(value, LONGEST_VALUE);
  return shortened(text, LONGEST_VALUE);
}

/** All of a value as JSON, or something longer than `most` UTF-16 units that begins like it. */
function beginningOf(value: unknown, most: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, most));
  if (typeof value !== 'object' || value === null) return String(value);
  if (most === 0) return '…';
  let text = '';
  const add = (inner: unknown, key = ''): boolean => {
    text += `${text === '' ? '' : ','}${key}`;
    text += beginningOf(inner, Math.max(0, most - text.length - 1));
    return text.length < most;
  };
  if (Array.isArray(value)) {
    value.every((inner) => add(inner));
    return `[${text}]`;
  }
  Object.entries(value).every(([key, inner]) => add(inner, `${JSON.stringify(key.slice(0, most))}:`));
  return `{${text}}`;
}

/** A message, and of a long one the beginning. */
export function short(text: string): string {
  return shortened(text, LONGEST_TEXT);
}

/**
 * Why something cannot be done with what a file holds: what an error says that was made to be read, and of JavaScript's own errors
 * what they mean there. The libraries that files are handed to look at no part of them before they use it.
 */
export function failureOf(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'TypeError' || name === 'RangeError')
    return t('a part of it is not of the form that it should have, or is too large');
  return short(message.trim() === '' ? t('it gives no reason') : message);
}
