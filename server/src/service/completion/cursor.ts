import { type JsonPath, type JsonScalar, MAX_DEPTH, parseJsonTree, type Span } from '../../../../task/src/json-tree.ts';
import { NAME_CHARACTERS } from '../../../../task/src/template.ts';
import { type JsonToken, nextToken } from './json-tokens.ts';

/** A name, or a path. */
const WORD_AT_START = new RegExp(`^[${NAME_CHARACTERS}./~-]*`, 'u');

/** What is being written at a place in JSON that need not parse. */
export interface Cursor {
  offset: number;
  kind: 'key' | 'value';
  /** Of the object or list that the cursor is in. */
  container: JsonPath;
  /** Of the value, for a value: the container's with the key or the index. */
  path: JsonPath;
  /** What the text that is written takes the place of; empty where nothing stands yet. */
  span: Span;
  /** Whether a string stands at the cursor, closed or not. */
  inString: boolean;
  /** The string keys of the object that the cursor is in, but for the one at the cursor; those behind it too. */
  siblings: ReadonlyMap<string, JsonScalar | undefined>;
  /** What is missing in front, such as the comma behind the value before; to be written at `at`. */
  missingBefore: { at: number; text: ',' | ':' } | undefined;
  /** What is to be written behind: a colon behind a key, a comma where another entry follows. */
  colonFollows: boolean;
  commaIsMissing: boolean;
}

interface Frame {
  readonly open: '{' | '[';
  readonly path: JsonPath;
  /** What is expected next. */
  state: 'key' | 'colon' | 'value' | 'comma';
  key: string;
  index: number;
  /** Where the last key or value ended. */
  lastEnd: number;
  readonly entries: Map<string, JsonScalar | undefined>;
}

/**
 * What can be written at an offset: undefined in a comment, right behind a value, and where a value follows that would be a
 * second one.
 *
 * The text is read as tokens rather than as a tree, since a tree of half-written text lacks just what is at the cursor.
 */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  return new CursorReader(text, offset).read();
}

class CursorReader {
  readonly #text: string;
  readonly #offset: number;
  readonly #stack: Frame[] = [];
  #cursor: Cursor | undefined;
  /** Whether the token at the cursor has been read. */
  #isMet = false;
  /** Whether a value has stood outside of everything. */
  #hasRoot = false;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#offset = offset;
  }

  read(): Cursor | undefined {
    let token = nextToken(this.#text, 0);
    while (!this.#isMet && token !== undefined && token.start < this.#offset) {
      const touched = this.#touched(token);
      if (touched === 'nothing') return undefined;
      if (touched === undefined) this.#take(token);
      else this.#inToken(touched);
      // Hostile nesting would take time and memory by the square of its depth.
      if (this.#stack.length > MAX_DEPTH) return undefined;
      token = nextToken(this.#text, (touched ?? token).end);
    }
    if (!this.#isMet) {
      // A word is touched in front too, since it may be the beginning of one that is longer.
      if (token?.kind === 'word' && token.start === this.#offset) this.#inToken(token);
      else this.#between(token);
    }
    // The keys behind the cursor are there too; where its object has ended nothing more is to be learnt.
    while (token !== undefined && this.#cursor !== undefined && this.#stack.length > this.#cursor.container.length) {
      if (token.start >= this.#cursor.span.end) this.#take(token);
      if (this.#stack.length > MAX_DEPTH) break;
      token = nextToken(this.#text, token.end);
    }
    return this.#cursor;
  }

  /** What the cursor is in, cut off where the rest cannot belong to it; undefined for a token that it is only behind. */
  #touched(token: JsonToken): JsonToken | 'nothing' | undefined {
    if (this.#offset > token.end) return undefined;
    const isBehind = this.#offset === token.end;
    if (token.kind === 'comment') return isBehind && token.isClosed ? undefined : 'nothing';
    if (token.kind === 'word') return token;
    if (token.kind !== 'string') return undefined;
    if (isBehind && token.isClosed) return 'nothing';
    return this.#asTyped(token);
  }

  /** A string that is not closed, or that the opening quote of the next one closes, ends with the word at the cursor. */
  #asTyped(token: JsonToken): JsonToken {
    const follows = this.#text[token.end];
    if (token.isClosed && !(follows !== undefined && /[\p{L}\p{N}_]/u.test(follows))) return token;
    const rest = WORD_AT_START.exec(this.#text.slice(this.#offset, token.end))![0];
    return { ...token, end: this.#offset + rest.length };
  }

  #inToken(token: JsonToken): void {
    this.#isMet = true;
    const span = { start: token.start, end: token.end };
    const next = this.#following(token.end);
    const inString = token.kind === 'string';
    if (next?.kind === ':') this.#leaveList();
    const frame = this.#stack.at(-1);
    if (frame === undefined) {
      if (!this.#hasRoot) this.#cursor = this.#value([], span, inString, undefined, next);
      return;
    }
    this.#atCursor(frame, span, inString, next);
    this.#take(token, true);
  }

  #between(next: JsonToken | undefined): void {
    const frame = this.#stack.at(-1);
    const span = { start: this.#offset, end: this.#offset };
    const following = next?.kind === 'comment' ? this.#following(next.end) : next;
    if (frame === undefined) {
      if (!this.#hasRoot && following === undefined) this.#cursor = this.#value([], span, false, undefined, following);
      return;
    }
    // Right behind a value or key there is nothing to write but a comma or colon.
    if (frame.state === 'comma' && (frame.lastEnd === this.#offset || following?.kind === ',')) return;
    if (frame.state === 'colon' && (frame.lastEnd === this.#offset || following?.kind === ':')) return;
    if (frame.state !== 'key' && this.#isSecondValue(frame, following)) return;
    this.#atCursor(frame, span, false, following);
  }

  /** Whether a value follows where the cursor would write one. */
  #isSecondValue(frame: Frame, following: JsonToken | undefined): boolean {
    if (following === undefined || frame.open === '[' || frame.state === 'comma') return false;
    if (following.kind === 'string') return this.#following(following.end)?.kind !== ':';
    return following.kind === 'word' || following.kind === '{' || following.kind === '[';
  }

  #atCursor(frame: Frame, span: Span, inString: boolean, next: JsonToken | undefined): void {
    const missing = frame.state === 'comma' ? { at: frame.lastEnd, text: ',' as const } : undefined;
    if (frame.open === '[') {
      const index = frame.index + (frame.state === 'comma' ? 1 : 0);
      this.#cursor = this.#value([...frame.path, index], span, inString, missing, next);
      return;
    }
    const isKey = frame.state === 'key' || frame.state === 'comma' || (inString && next?.kind === ':');
    if (isKey) {
      this.#cursor = {
        offset: this.#offset,
        kind: 'key',
        container: frame.path,
        path: frame.path,
        span,
        inString,
        siblings: frame.entries,
        missingBefore: missing,
        colonFollows: next?.kind === ':',
        commaIsMissing: beginsEntry(next),
      };
    } else {
      const colon = frame.state === 'colon' ? { at: frame.lastEnd, text: ':' as const } : undefined;
      this.#cursor = this.#value([...frame.path, frame.key], span, inString, colon, next);
    }
  }

  #value(
    path: JsonPath,
    span: Span,
    inString: boolean,
    missingBefore: Cursor['missingBefore'],
    next: JsonToken | undefined,
  ): Cursor {
    return {
      offset: this.#offset,
      kind: 'value',
      container: path.slice(0, -1),
      path,
      span,
      inString,
      siblings: this.#stack.at(-1)?.entries ?? new Map(),
      missingBefore,
      colonFollows: false,
      commaIsMissing: beginsEntry(next),
    };
  }

  /** Moves on by a token. @param isAtCursor for the one at the cursor, which is no sibling of itself */
  #take(token: JsonToken, isAtCursor = false): void {
    const frame = this.#stack.at(-1);
    switch (token.kind) {
      case 'comment':
        return;
      case '{':
      case '[':
        this.#open(frame, token.kind, token);
        return;
      case '}':
      case ']':
        this.#close(token.kind === '}' ? '{' : '[', token.end);
        return;
      case ':':
        if (frame?.open !== '{') return;
        // Behind a key that was deleted the value is no key, nor the value of another one.
        if (frame.state === 'key' || frame.state === 'comma') frame.key = '';
        frame.state = 'value';
        return;
      case ',':
        if (frame?.open === '[') {
          frame.index += 1;
          frame.state = 'value';
        } else if (frame !== undefined) frame.state = 'key';
        return;
      default:
        this.#takeScalar(token, isAtCursor);
    }
  }

  #takeScalar(token: JsonToken, isAtCursor: boolean): void {
    const isBeforeColon = this.#following(token.end)?.kind === ':';
    if (isBeforeColon) this.#leaveList();
    const frame = this.#stack.at(-1);
    if (frame === undefined) {
      this.#hasRoot = true;
      return;
    }
    if (frame.open === '{' && (isBeforeColon || frame.state === 'key' || frame.state === 'comma')) {
      frame.key = String(scalarAt(this.#text, token) ?? '');
      frame.state = 'colon';
      if (!isAtCursor && token.kind === 'string') frame.entries.set(frame.key, undefined);
    } else {
      if (frame.open === '[' && frame.state === 'comma') frame.index += 1;
      if (frame.open === '{' && frame.entries.has(frame.key)) frame.entries.set(frame.key, scalarAt(this.#text, token));
      frame.state = 'comma';
    }
    frame.lastEnd = token.end;
  }

  /** A key in a list shows that the list was not closed. */
  #leaveList(): void {
    const list = this.#stack.at(-1);
    if (list?.open === '[' && this.#stack.at(-2)?.open === '{') this.#close('[', list.lastEnd);
  }

  #open(frame: Frame | undefined, open: '{' | '[', token: JsonToken): void {
    if (frame === undefined) this.#hasRoot = true;
    if (frame?.open === '[' && frame.state === 'comma') frame.index += 1;
    const step = frame === undefined ? [] : [frame.open === '[' ? frame.index : frame.key];
    this.#stack.push({
      open,
      path: [...(frame?.path ?? []), ...step],
      state: open === '{' ? 'key' : 'value',
      key: '',
      index: 0,
      lastEnd: token.end,
      entries: new Map(),
    });
  }

  /** A bracket that closes nothing is passed over; one that closes an outer container closes those in it. */
  #close(open: '{' | '[', end: number): void {
    const at = this.#stack.findLastIndex((frame) => frame.open === open);
    if (at < 0) return;
    this.#stack.length = at;
    const frame = this.#stack.at(-1);
    if (frame === undefined) return;
    frame.state = 'comma';
    frame.lastEnd = end;
  }

  #following(from: number): JsonToken | undefined {
    let token = nextToken(this.#text, from);
    while (token?.kind === 'comment') token = nextToken(this.#text, token.end);
    return token;
  }
}

function beginsEntry(next: JsonToken | undefined): boolean {
  return next !== undefined && next.kind !== ',' && next.kind !== '}' && next.kind !== ']' && next.kind !== ':';
}

/** The value that a literal stands for, as far as it can be read. */
export function scalarAt(text: string, { start, end }: Span): JsonScalar | undefined {
  const literal = text.slice(start, end);
  // Hardly any string has an escape, and a file has many strings.
  const isPlain = literal.length > 1 && literal.startsWith('"') && literal.endsWith('"') && !literal.includes('\\');
  return isPlain ? literal.slice(1, -1) : parseJsonTree(literal, { comments: false }).root?.value;
}
