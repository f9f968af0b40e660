import { type NodeType, printParseErrorCode, visit } from 'jsonc-parser';
import { t } from '../../l10n/src/words.ts';

/** A stretch of a text, as UTF-16 offsets; `end` is the first offset that is not in it. */
export interface Span {
  start: number;
  end: number;
}

export type JsonScalar = string | number | boolean | null;

/** A node with its place in the source; what jsonc-parser calls `Node`, and accepted by its functions. */
export interface JsonNode {
  type: NodeType;
  offset: number;
  length: number;
  value?: JsonScalar;
  colonOffset?: number;
  parent?: JsonNode;
  children?: JsonNode[];
}

export interface JsonProperty {
  key: JsonNode;
  name: string;
  /** Undefined while it is being typed. */
  value: JsonNode | undefined;
}

export interface JsonError extends Span {
  message: string;
}

export interface JsonDialect {
  /** Comments and trailing commas: yes in a task file, no in a data file. */
  comments: boolean;
}

/** Deeper than any task file or row is; keeps hostile nesting from exhausting the stack. */
export const MAX_DEPTH = 256;

class TooDeep {
  readonly offset: number;
  constructor(offset: number) {
    this.offset = offset;
  }
}

/**
 * Parses JSON and keeps the offsets; broken text gives what could be read and the errors, one per place. It never throws.
 *
 * jsonc-parser's own `parseTree` loses the root of a text whose brackets are not closed, which is the usual state of a file
 * that is being typed; so the tree is built here from its events.
 */
export function parseJsonTree(text: string, dialect: JsonDialect): { root: JsonNode | undefined; errors: JsonError[] } {
  const root: JsonNode = { type: 'array', offset: 0, length: text.length, children: [] };
  const errors: JsonError[] = [];
  let current = root;
  let depth = 0;
  let lastEnd = 0;

  const endProperty = (end: number): void => {
    if (current.type !== 'property') return;
    current.length = Math.min(end, text.length) - current.offset;
    current = current.parent!;
  };
  const add = (node: JsonNode): void => {
    // A property has one value; a second one comes from a missing comma and belongs to nothing.
    if (current.type === 'property' && current.children!.length > 1) return;
    node.parent = current;
    current.children!.push(node);
  };
  const begin = (type: 'object' | 'array', offset: number): void => {
    if (++depth > MAX_DEPTH) throw new TooDeep(offset);
    const node: JsonNode = { type, offset, length: -1, children: [], parent: current };
    current.children!.push(node);
    current = node;
  };
  const end = (offset: number, length: number): void => {
    depth--;
    endProperty(offset + length);
    // An unclosed comment makes the parser count one character too many.
    current.length = Math.min(offset + length, text.length) - current.offset;
    current = current.parent!;
    endProperty(offset + length);
  };
  const fail = (start: number, length: number, message: string): void => {
    const inside = Math.min(start, text.length);
    const error = { start: inside, end: Math.min(inside + Math.max(length, 0), text.length), message };
    // The parser stumbles a second time over what follows a mistake at once.
    if (errors.length === 0 || text.slice(Math.min(lastEnd, inside), inside).trim() !== '') errors.push(error);
    lastEnd = error.end;
  };

  try {
    visit(
      text,
      {
        onObjectBegin: (offset) => begin('object', offset),
        onObjectEnd: end,
        onArrayBegin: (offset) => begin('array', offset),
        onArrayEnd: end,
        onObjectProperty: (name, offset, length) => {
          const property: JsonNode = { type: 'property', offset, length: -1, children: [], parent: current };
          property.children!.push({ type: 'string', value: name, offset, length, parent: property });
          current.children!.push(property);
          current = property;
        },
        onLiteralValue: (value: JsonScalar, offset, length) => {
          add({ type: scalarType(value), value, offset, length });
          endProperty(offset + length);
        },
        onSeparator: (separator, offset) => {
          if (separator === ':' && current.type === 'property') current.colonOffset = offset;
          else if (separator === ',') endProperty(offset);
        },
        onError: (error, offset, length) => {
          const code = printParseErrorCode(error);
          const isNumber = code === 'InvalidSymbol' && /^[+-]?\.?\d/.test(text.slice(offset, offset + length));
          fail(offset, length, (ERROR_TEXT[isNumber ? 'InvalidNumberFormat' : code] ?? INVALID)());
        },
      },
      { disallowComments: !dialect.comments, allowTrailingComma: dialect.comments, allowEmptyContent: false },
    );
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    fail(error.offset, 1, t('Nested more than {0} levels deep.', MAX_DEPTH));
  }

  while (current !== root) {
    current.length = text.length - current.offset;
    current = current.parent!;
  }
  const top = root.children![0];
  if (top !== undefined) delete top.parent;
  return { root: top, errors };
}

const INVALID = () => t('Not valid JSON here.');

const ERROR_TEXT: Partial<Record<string, () => string>> = {
  InvalidSymbol: () => t('This is not a JSON value: text stands in double quotes.'),
  InvalidNumberFormat: () => t('This is not a number JSON knows.'),
  PropertyNameExpected: () => t('A key in double quotes is expected here.'),
  ValueExpected: () => t('A value is expected here.'),
  ColonExpected: () => t('A colon is expected here.'),
  CommaExpected: () => t('A comma is expected here.'),
  CloseBraceExpected: () => t('A closing brace } is expected here.'),
  CloseBracketExpected: () => t('A closing bracket ] is expected here.'),
  EndOfFileExpected: () => t('The JSON is complete before this text; remove it.'),
  InvalidCommentToken: () => t('A comment is not allowed here.'),
  UnexpectedEndOfComment: () => t('This comment is not closed with */.'),
  UnexpectedEndOfString: () => t('This text is not closed with a double quote.'),
  UnexpectedEndOfNumber: () => t('This number is not complete.'),
  InvalidUnicode: () => t('A \\u escape needs four hexadecimal digits.'),
  InvalidEscapeCharacter: () => t('JSON has no such escape; write \\\\ for a backslash.'),
  InvalidCharacter: () => t('A control character in a text must be written as an escape, such as \\t.'),
};

function scalarType(value: JsonScalar): NodeType {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  return typeof value === 'number' ? 'number' : 'boolean';
}

export function spanOf(node: JsonNode): Span {
  return { start: node.offset, end: node.offset + node.length };
}

/** The properties of an object that have a key; a key may stand several times. */
export function properties(node: JsonNode): JsonProperty[] {
  if (node.type !== 'object') return [];
  return node.children!.map(({ children }) => {
    const key = children![0]!;
    return { key, name: key.value as string, value: children![1] };
  });
}

/** The property that counts: the last one of that name, as in JSON.parse. */
export function property(
  node: JsonNode | undefined,
  name: string,
): { key: JsonNode; value: JsonNode | undefined } | undefined {
  if (node?.type !== 'object') return undefined;
  const { children } = node;
  const found =
    children!.length <= FEW
      ? children!.findLast((property) => property.children![0]!.value === name)
      : lastByName(node).get(name);
  return found && { key: found.children![0]!, value: found.children![1] };
}

/** Properties that are looked through each time: for a row with a few fields, a map would cost more than it saves. */
const FEW = 32;

const byName = new WeakMap<JsonNode, ReadonlyMap<unknown, JsonNode>>();

/** An object with many names is looked through once. */
function lastByName(object: JsonNode): ReadonlyMap<unknown, JsonNode> {
  const known = byName.get(object);
  if (known !== undefined) return known;
  const found = new Map(object.children!.map((property) => [property.children![0]!.value, property]));
  byName.set(object, found);
  return found;
}

export type JsonPath = readonly (string | number)[];

/** The node at a path of keys and indices. */
export function nodeAt(root: JsonNode | undefined, path: JsonPath): JsonNode | undefined {
  let node = root;
  for (const step of path) {
    if (typeof step === 'string') node = property(node, step)?.value;
    else node = node?.type === 'array' ? node.children![step] : undefined;
    if (node === undefined) return undefined;
  }
  return node;
}

/** The value that the node stands for. Keys become own properties whatever they are called, `__proto__` included. */
export function plainValue(node: JsonNode): unknown {
  if (node.type === 'array') return node.children!.map(plainValue);
  if (node.type !== 'object') return node.value;
  const plain: Record<string, unknown> = {};
  for (const { children } of node.children!) {
    const [key, value] = children!;
    if (value === undefined) continue;
    const name = key!.value as string;
    if (name === '__proto__') {
      const own = { value: plainValue(value), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(plain, name, own);
    } else plain[name] = plainValue(value);
  }
  return plain;
}
