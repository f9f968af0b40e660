import type { SpanEdit } from './fix.ts';
import type { JsonNode } from './json-tree.ts';

/*
 * Adds and removes entries of JSON with comments so that everything else stays as it was written. jsonc-parser's `modify` is
 * of no use here: it makes `[12]` of `[1, 2]` without the 2, leaves the comment of a removed entry at the one before,
 * lays out a one-line object anew, and reads no text whose brackets are not closed.
 */

const TRIVIA = /(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y;
/** What may follow an entry on its line and belongs to it: blanks and comments. */
const REST_OF_LINE = /(?:[^\S\r\n]|\/\*(?:[^*\r\n]|\*(?!\/))*\*\/)*(?:\/\/[^\r\n]*)?(?=[\r\n]|$)/y;
const BLANKS = /[^\S\r\n]*/y;
const LINE_END = /\r\n|\n|\r/;

/**
 * Adds an entry to a list or object. An entry that follows one on a line of its own gets such a line too.
 *
 * @param entry the value, or `"key": value`; its lines after the first are indented as it is
 * @param after the child that it is to follow, else the last one
 * @returns undefined where the text is too broken to tell
 */
export function insertEntry(
  text: string,
  container: JsonNode,
  entry: string,
  after: JsonNode | undefined = container.children?.at(-1),
): SpanEdit[] | undefined {
  if (!isClosed(text, container)) return undefined;
  if (after === undefined) return insertFirst(text, container, entry);
  if (!isComplete(after)) return undefined;
  const end = endOf(after);
  const comma = skip(TRIVIA, text, end);
  const hasComma = text[comma] === ',';
  if (!hasComma && after !== container.children!.at(-1)) return undefined;
  const sameLine = [insertion(end, `,${gapBetween(text, container)}${onOneLine(entry)}`)];
  if (!startsLine(text, after.offset)) return sameLine;

  const eol = lineEndOf(text);
  const lines = `${eol}${indented(entry, text.slice(lineStart(text, after.offset), after.offset), eol)}`;
  if (hasComma) {
    const lineEnd = endOfEntryLine(text, comma + 1);
    return lineEnd === undefined ? sameLine : [insertion(lineEnd, `${lines},`)];
  }
  const lineEnd = endOfEntryLine(text, end) ?? end;
  return lineEnd === end ? [insertion(end, `,${lines}`)] : [insertion(end, ','), insertion(lineEnd, lines)];
}

/** Adds a property to an object, as `insertEntry` does. `value` is JSON. */
export function insertProperty(
  text: string,
  object: JsonNode,
  name: string,
  value: string,
  after?: JsonNode,
): SpanEdit[] | undefined {
  return insertEntry(text, object, propertyText(text, object, name, value), after);
}

/** Adds a property in front of the others of an object. */
export function prependProperty(text: string, object: JsonNode, name: string, value: string): SpanEdit[] | undefined {
  const first = object.children?.[0];
  if (first === undefined) return insertProperty(text, object, name, value);
  const entry = propertyText(text, object, name, value);
  const start = lineStart(text, first.offset);
  const gap = startsLine(text, first.offset)
    ? `${lineEndOf(text)}${text.slice(start, first.offset)}`
    : gapBetween(text, object);
  return isClosed(text, object) ? [insertion(first.offset, `${entry},${gap}`)] : undefined;
}

function propertyText(text: string, object: JsonNode, name: string, value: string): string {
  const colon = object.children?.at(-1)?.colonOffset;
  const isTight = colon !== undefined && !/\s/.test(text[colon + 1] ?? '');
  return `${JSON.stringify(name)}:${isTight ? '' : ' '}${value}`;
}

/**
 * Removes an entry of a list or object with one comma, and with its line and the comment behind it where it has a line of
 * its own.
 *
 * @param entry an item of a list, or a property
 * @returns undefined where the text is too broken to tell
 */
export function removeEntry(text: string, entry: JsonNode): SpanEdit[] | undefined {
  const container = entry.parent;
  if (container === undefined || !isClosed(text, container) || !isComplete(entry)) return undefined;
  const end = endOf(entry);
  const comma = skip(TRIVIA, text, end);
  if (text[comma] === ',') return [removeWithCommaBehind(text, entry, comma)];
  const siblings = container.children!;
  const previous = siblings[siblings.indexOf(entry) - 1];
  if (entry !== siblings.at(-1)) return undefined;
  if (previous === undefined) {
    const [from, to] = [container.offset + 1, endOf(container) - 1];
    const isAlone = isBlank(text.slice(from, entry.offset)) && isBlank(text.slice(end, to));
    return [isAlone ? removal(from, to) : removal(entry.offset, end)];
  }

  const commaBefore = skip(TRIVIA, text, endOf(previous));
  if (text[commaBefore] !== ',') return undefined;
  const isNext = isBlank(text.slice(commaBefore + 1, entry.offset));
  if (!startsLine(text, entry.offset)) {
    return isNext ? [removal(commaBefore, end)] : [removal(commaBefore, commaBefore + 1), removal(entry.offset, end)];
  }
  const lineEnd = endOfEntryLine(text, end);
  if (isNext) return [removal(commaBefore, lineEnd ?? end)];
  // A comment in between ends with its line, which must stay when something follows behind the entry.
  const line =
    lineEnd === undefined
      ? removal(lineStart(text, entry.offset), end)
      : removal(endOfLineBefore(text, entry.offset), lineEnd);
  return [removal(commaBefore, commaBefore + 1), line];
}

function removeWithCommaBehind(text: string, entry: JsonNode, comma: number): SpanEdit {
  if (startsLine(text, entry.offset)) {
    const lineEnd = endOfEntryLine(text, comma + 1);
    if (lineEnd !== undefined) return removal(endOfLineBefore(text, entry.offset), lineEnd);
  }
  return removal(entry.offset, skip(BLANKS, text, comma + 1));
}

function insertFirst(text: string, container: JsonNode, entry: string): SpanEdit[] | undefined {
  const [from, to] = [container.offset + 1, endOf(container) - 1];
  const inside = text.slice(from, to);
  if (!isBlank(inside)) {
    const holdsOnlyComments = skip(TRIVIA, text, from) === to;
    return holdsOnlyComments ? [insertion(from, onOneLine(entry))] : undefined;
  }
  if (!LINE_END.test(inside)) {
    const newText = container.type === 'array' ? onOneLine(entry) : ` ${onOneLine(entry)} `;
    return [{ start: from, end: to, newText }];
  }
  const eol = lineEndOf(text);
  const outer = /^[^\S\r\n]*/.exec(text.slice(lineStart(text, container.offset)))![0];
  const newText = `${eol}${indented(entry, outer + unitOf(outer), eol)}${eol}${outer}`;
  return [{ start: from, end: to, newText }];
}

/** A blank, unless the entries stand without one, as programs write them. */
function gapBetween(text: string, { children }: JsonNode): string {
  const second = children![1];
  return second !== undefined && text[second.offset - 1] === ',' ? '' : ' ';
}

/** The end of the line that holds only blanks and comments from `offset` on; undefined where something else follows. */
function endOfEntryLine(text: string, offset: number): number | undefined {
  REST_OF_LINE.lastIndex = offset;
  const rest = REST_OF_LINE.exec(text);
  return rest === null ? undefined : offset + rest[0].length;
}

/** Whether the bracket at the end is its own, and not that of an entry which is not closed either. */
function isClosed(text: string, container: JsonNode): boolean {
  const { type, offset, length, children } = container;
  const last = children?.at(-1);
  const end = offset + length;
  return length > 1 && text[end - 1] === (type === 'array' ? ']' : '}') && (last === undefined || endOf(last) < end);
}

function isComplete({ type, children }: JsonNode): boolean {
  return type !== 'property' || children!.length > 1;
}

function startsLine(text: string, offset: number): boolean {
  let at = offset;
  // A line may be as long as the text.
  while (at > 0 && !/[\n\r]/.test(text[at - 1]!) && isBlank(text[at - 1]!)) at -= 1;
  return at === 0 || /[\n\r]/.test(text[at - 1]!);
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

function endOfLineBefore(text: string, offset: number): number {
  const start = lineStart(text, offset);
  return start - (text.startsWith('\r\n', start - 2) ? 2 : 1);
}

function lineEndOf(text: string): string {
  return LINE_END.exec(text)?.[0] ?? '\n';
}

function unitOf(indent: string): string {
  return indent.includes('\t') ? '\t' : '  ';
}

function indented(entry: string, indent: string, eol: string): string {
  return indent + entry.split('\n').join(`${eol}${indent}`);
}

function onOneLine(entry: string): string {
  return entry.replace(/\n\s*/g, ' ');
}

function skip(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return offset + (pattern.exec(text)?.[0].length ?? 0);
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

function endOf({ offset, length }: JsonNode): number {
  return offset + length;
}

function insertion(at: number, newText: string): SpanEdit {
  return { start: at, end: at, newText };
}

function removal(start: number, end: number): SpanEdit {
  return { start, end, newText: '' };
}
