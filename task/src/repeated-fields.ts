import type { RowObject } from './rows.ts';

const NONE: readonly string[] = [];

/**
 * The fields that stand several times in a row, each once; of those only the last one counts, and `JSON.parse` says nothing of the others.
 * Hardly any row has such fields, so the keys are only counted unless there are more than fields.
 * @param text the row's source, which is valid JSON
 */
export function repeatedFields(text: string, value: RowObject): readonly string[] {
  let keys = 0;
  eachKey(text, () => keys++);
  if (keys === Object.keys(value).length) return NONE;
  const names: string[] = [];
  eachKey(text, (start, end) => names.push(JSON.parse(text.slice(start, end)) as string));
  return severalOf(names);
}

/**
 * The least UTF-16 units that the source of a row with such fields has if one of them stands there twice, without those of its texts.
 * With less there is no need to look.
 * @param isText of each field, in order
 */
export function leastWithRepeat(fields: readonly string[], isText: readonly boolean[]): number {
  // `"key":` and a comma, and the quotes of a text or the one digit that another value has at least.
  let [least, shortest] = [1, Number.POSITIVE_INFINITY];
  for (const [i, { length }] of fields.entries()) {
    least += length + 4 + (isText[i] ? 2 : 1);
    shortest = Math.min(shortest, length + 5);
  }
  return least + shortest;
}

/** Those that are there several times, each once. */
export function severalOf(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return [...new Set(names.filter((name) => seen.size === seen.add(name).size))];
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPENING_BRACE, CLOSING_BRACE, OPENING_BRACKET, CLOSING_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** @param take given where each key of the outermost object stands, with its quotes */
function eachKey(text: string, take: (start: number, end: number) => void): void {
  let depth = 0;
  let [start, end] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        start = at;
        at = closingQuote(text, at);
        end = at + 1;
        break;
      case COLON:
        // The last text in front of it is the key.
        if (depth === 1) take(start, end);
        break;
      case OPENING_BRACE:
      case OPENING_BRACKET:
        depth++;
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        depth--;
    }
  }
}

/** Where the text ends that begins at an offset. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at > 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}
