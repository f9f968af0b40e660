import type { Span } from '../../../../task/src/json-tree.ts';

/** `word` is a number, `true`, `false`, `null` or anything else that stands without quotes. */
export type JsonTokenKind = '{' | '}' | '[' | ']' | ':' | ',' | 'string' | 'word' | 'comment';

export interface JsonToken extends Span {
  kind: JsonTokenKind;
  /** For a string, whether its closing quote is there; for a block comment, its end. */
  isClosed: boolean;
}

const PUNCTUATION: readonly string[] = ['{', '}', '[', ']', ':', ','];
const WORD_END = /[\s{}[\]:,"]/;

/**
 * The token at or behind an offset, however broken the text is; undefined behind the last one. A string ends with its line,
 * as in JSON.
 */
export function nextToken(text: string, from: number): JsonToken | undefined {
  let start = from;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  const first = text[start];
  if (first === undefined) return undefined;
  if (first === '"') return stringAt(text, start);
  if (PUNCTUATION.includes(first)) return { kind: first as JsonTokenKind, start, end: start + 1, isClosed: true };
  if (text.startsWith('//', start)) return { kind: 'comment', start, end: lineEnd(text, start), isClosed: false };
  if (text.startsWith('/*', start)) {
    const close = text.indexOf('*/', start + 2);
    return { kind: 'comment', start, end: close < 0 ? text.length : close + 2, isClosed: close >= 0 };
  }
  let end = start + 1;
  while (end < text.length && !WORD_END.test(text[end]!)) end++;
  return { kind: 'word', start, end, isClosed: true };
}

/** The token that starts at a quote. */
function stringAt(text: string, start: number): JsonToken {
  let end = start + 1;
  while (end < text.length) {
    const unit = text[end]!;
    if (unit === '\n' || unit === '\r') break;
    end++;
    if (unit === '"') return { kind: 'string', start, end, isClosed: true };
    if (unit === '\\' && end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
  }
  return { kind: 'string', start, end, isClosed: false };
}

function lineEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
  return end;
}

/** A byte order mark counts as blank. */
function isBlank(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xfeff || unit === 0xa0;
}
