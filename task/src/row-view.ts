import type { TemplateView } from './context.ts';
import type { SpanEdit } from './fix.ts';
import { insertProperty, prependProperty, removeEntry } from './json-edits.ts';
import { type JsonNode, parseJsonTree, properties, property, type Span, spanOf } from './json-tree.ts';
import { type RowObject, trimmedSpan } from './rows.ts';
import { StringOffsets } from './string-offsets.ts';
import type { RowTokens } from './tokens.ts';

/** Finds the parts of a row in its source, and says how to change them; parses it only when asked, since hardly any row has a problem. */
export class RowPlaces {
  readonly #source: string;
  #node: JsonNode | undefined;
  #isParsed: boolean;
  #keys: Map<string, JsonNode[]> | undefined;

  /** @param node the row in a parsed source; left out when `source` is the row alone */
  constructor(source: string, node?: JsonNode) {
    this.#source = source;
    this.#node = node;
    this.#isParsed = node !== undefined;
  }

  /** From { to }. */
  whole(): Span {
    const node = this.#parsed();
    return node === undefined ? trimmedSpan(this.#source) : spanOf(node);
  }

  /** The field's key, with its quotes. */
  key(field: string): Span {
    const found = property(this.#parsed(), field);
    return found === undefined ? this.whole() : spanOf(found.key);
  }

  /** The keys of a field, in order. */
  keys(field: string): Span[] {
    return this.#keysOf(field).map(spanOf);
  }

  /** The field's value, with its quotes. */
  value(field: string): Span {
    const found = property(this.#parsed(), field)?.value;
    return found === undefined ? this.whole() : spanOf(found);
  }

  /** A stretch of a field's text. */
  inValue(field: string, { start, end }: Span): Span {
    const found = property(this.#parsed(), field)?.value;
    if (found?.type !== 'string') return this.value(field);
    const offsets = new StringOffsets(this.#source, found.offset, found.length);
    return { start: offsets.toSource(start), end: offsets.toSource(end) };
  }

  /** The field's key with another name. */
  rename(field: string, name: string): SpanEdit[] | undefined {
    const found = property(this.#parsed(), field);
    return found && [{ ...spanOf(found.key), newText: JSON.stringify(name) }];
  }

  /** Another value, as JSON, in place of the field's. */
  replace(field: string, json: string): SpanEdit[] | undefined {
    const found = property(this.#parsed(), field)?.value;
    return found && [{ ...spanOf(found), newText: json }];
  }

  /** The field's value as it is written. */
  source(field: string): string {
    const { start, end } = this.value(field);
    return this.#source.slice(start, end);
  }

  /** One more field, behind the others or in front of them. */
  add(field: string, json: string, place: 'first' | 'last' = 'last'): SpanEdit[] | undefined {
    const node = this.#parsed();
    if (node?.type !== 'object') return undefined;
    const insert = place === 'first' ? prependProperty : insertProperty;
    return insert(this.#source, node, field, json);
  }

  /** Takes out all but the last of a field that stands several times; they do not count. */
  removeEarlier(field: string): SpanEdit[] | undefined {
    const earlier = this.#keysOf(field).slice(0, -1);
    return earlier.length === 0 ? undefined : earlier.flatMap((key) => removeEntry(this.#source, key.parent!) ?? []);
  }

  remove(field: string): SpanEdit[] | undefined {
    const found = property(this.#parsed(), field);
    return found && removeEntry(this.#source, found.key.parent!);
  }

  /** Of every field at once: a row may have very many. */
  #keysOf(field: string): readonly JsonNode[] {
    if (this.#keys === undefined) {
      this.#keys = new Map();
      const node = this.#parsed();
      for (const { name, key } of node === undefined ? [] : properties(node)) {
        const keys = this.#keys.get(name);
        if (keys === undefined) this.#keys.set(name, [key]);
        else keys.push(key);
      }
    }
    return this.#keys.get(field) ?? [];
  }

  #parsed(): JsonNode | undefined {
    if (!this.#isParsed) {
      this.#node = parseJsonTree(this.#source, { comments: false }).root;
      this.#isParsed = true;
    }
    return this.#node;
  }
}

/** Where a row stands; its line from 0. */
export interface RowPlace {
  readonly file: string;
  readonly line: number;
}

/** A row as the rules look at it: from a data file, or an example in the task file. */
export interface RowView {
  /** The file that holds the row. */
  file: string;
  value: RowObject;
  /** The template of the row's task, if there is one. */
  template: TemplateView | undefined;
  /** An example needs no answer. */
  isExample: boolean;
  places: RowPlaces;
  /** Fields that stand several times in its source, `taskname` included. */
  repeated: readonly string[];
  /** The first such row of the same file, or else of an earlier one of the same split. */
  duplicateOf: RowPlace | undefined;
  /** Where the training data has the same row; `isFolded` where that differs in letter case, blanks or composition of letters alone. */
  leakedFrom: (RowPlace & { readonly isFolded?: true }) | undefined;
  /** An earlier row of the same split, or a training row, that differs in the label alone. */
  answeredOtherwise: (RowPlace & { readonly label: string }) | undefined;
  /** Undefined when the row has no template or the backbone no tokeniser. */
  tokens: (() => RowTokens) | undefined;
}

/** The row's value of a field, when it has one that is text. */
export function textOf(row: RowObject, field: string): string | undefined {
  const value = Object.hasOwn(row, field) ? row[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}
