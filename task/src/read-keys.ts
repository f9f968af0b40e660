import { t } from '../../l10n/src/words.ts';
import type { Severity } from '../../protocol/src/problem.ts';
import { type JsonNode, plainValue, properties, property, type Span, spanOf } from './json-tree.ts';
import { defaultsOf, describe, type Key, type ValueShape } from './key-types.ts';
import { didYouMean, nearest } from './nearest.ts';

/** What the parser finds wrong; offsets are in the text of the task file. */
export interface ParseProblem extends Span {
  code: 'json-syntax' | 'schema';
  severity: Severity;
  message: string;
  related?: Span & { message: string };
  /** What is wrong with a key or value, from which its fixes are worked out; left out for broken JSON. */
  mistake?: Mistake;
}

export type Mistake =
  | { kind: 'value'; node: JsonNode; shape: ValueShape; isOptional: boolean }
  | { kind: 'unknown-key'; key: JsonNode; keys: Readonly<Record<string, Key<unknown>>> }
  | { kind: 'missing-key'; object: JsonNode; name: string }
  | { kind: 'repeated-key'; first: JsonNode };

export interface Reading {
  value: unknown;
  problems: ParseProblem[];
  /** Nodes whose value has the right type, so that no rule judges a stand-in for a broken value. */
  sound: Set<JsonNode>;
}

/** Reads a tree by its shape. What is missing or wrong is reported and replaced by its default, so the value is complete. */
export function readShape(node: JsonNode, shape: ValueShape): Reading {
  const reading: Reading = { value: undefined, problems: [], sound: new Set() };
  reading.value = readValue({ node, name: t('The file'), fallback: standIn(shape) }, shape, reading);
  return reading;
}

/** A place in the file where a value stands. */
interface Place {
  readonly node: JsonNode;
  /** What messages call it. */
  readonly name: string;
  /** What its value is taken as where it is wrong. */
  readonly fallback: unknown;
  readonly isOptional?: boolean;
}

function readValue(place: Place, shape: ValueShape, reading: Reading): unknown {
  const { node, name, fallback } = place;
  if (shape.kind === 'nullable' && isOfType(node, shape.of))
    return readValue({ node, name, fallback }, shape.of, reading);
  if (shape.kind === 'list' && shape.orSingle && node.type !== 'array' && isOfType(node, shape.items)) {
    return [readValue({ node, name, fallback: standIn(shape.items) }, shape.items, reading)];
  }
  if (!fits(node, shape)) {
    reportWrong(place, shape, reading);
    return fallback;
  }
  reading.sound.add(node);
  return readFitting(node, shape, name, reading);
}

/** Whether a value is one of its shape, whatever its entries are. */
function fits(node: JsonNode, shape: ValueShape): boolean {
  const { type, value } = node;
  switch (shape.kind) {
    case 'text':
      if (typeof value !== 'string' || (shape.nonEmpty && value.trim() === '')) return false;
      return shape.values === undefined || shape.values.includes(value);
    case 'number':
      return typeof value === 'number' && isWithin(value, shape);
    case 'boolean':
      return typeof value === 'boolean';
    case 'nullable':
      return type === 'null';
    case 'list': {
      const count = node.children?.length ?? 0;
      return type === 'array' && count >= (shape.least ?? 0) && count === (shape.length ?? count);
    }
    case 'map':
      return type === 'object' && node.children!.length >= (shape.least ?? 0);
    default:
      return type === 'object';
  }
}

function readFitting(node: JsonNode, shape: ValueShape, name: string, reading: Reading): unknown {
  switch (shape.kind) {
    case 'list': {
      const { items } = shape;
      const entryName = t('An entry of {0}', inMiddle(name));
      return node.children!.map((entry) =>
        readValue({ node: entry, name: entryName, fallback: standIn(items) }, items, reading),
      );
    }
    case 'map':
      return readMap(node, shape.values, reading);
    case 'section':
      return readSection(node, shape.keys, name, reading);
    default:
      return plainValue(node);
  }
}

function reportWrong({ node, name, isOptional = false }: Place, shape: ValueShape, reading: Reading): void {
  const said = describe(shape);
  const values = shape.kind === 'text' ? shape.values : undefined;
  const near = values !== undefined && typeof node.value === 'string' ? nearest(node.value, values) : undefined;
  const wanted = values === undefined ? said : t('one of {0}', said);
  reading.problems.push({
    code: 'schema',
    severity: 'error',
    ...spanOf(node),
    message: `${t('{0} must be {1}.', name, wanted)}${didYouMean(near)}`,
    mistake: { kind: 'value', node, shape, isOptional },
  });
}

function readMap(node: JsonNode, values: ValueShape, reading: Reading): Record<string, unknown> {
  reportRepeats(node, reading);
  const entries = properties(node).flatMap(({ name, value }) =>
    value === undefined
      ? []
      : [[name, readValue({ node: value, name: JSON.stringify(name), fallback: standIn(values) }, values, reading)]],
  );
  return Object.fromEntries(entries);
}

function readSection(
  node: JsonNode,
  keys: Record<string, Key<unknown>>,
  name: string,
  reading: Reading,
): Record<string, unknown> {
  reportRepeats(node, reading);
  for (const { key, name: found } of properties(node)) {
    if (Object.hasOwn(keys, found)) continue;
    const near = nearest(found, unusedKeys(node, keys));
    reading.problems.push({
      code: 'schema',
      severity: 'warning',
      ...spanOf(key),
      message: `${t('Unknown key {0}.', JSON.stringify(found))}${didYouMean(near)}`,
      mistake: { kind: 'unknown-key', key, keys },
    });
  }
  const section = defaultsOf(keys);
  for (const [known, { shape, absent }] of Object.entries(keys)) {
    const value = property(node, known)?.value;
    if (value !== undefined) {
      const isOptional = absent !== 'required';
      const fallback = isOptional ? section[known] : standIn(shape);
      section[known] = readValue({ node: value, name: JSON.stringify(known), fallback, isOptional }, shape, reading);
    } else if (absent === 'required') {
      section[known] = standIn(shape);
      // A key that is being typed has no value yet; the missing value is a syntax error already.
      if (property(node, known) === undefined) {
        reading.problems.push({
          code: 'schema',
          severity: 'error',
          start: node.offset,
          end: node.offset + 1,
          message: t('{0} needs {1}.', name, JSON.stringify(known)),
          mistake: { kind: 'missing-key', object: node, name: known },
        });
      }
    }
  }
  return section;
}

function reportRepeats(node: JsonNode, reading: Reading): void {
  const seen = new Map<string, JsonNode>();
  for (const { key, name } of properties(node)) {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, key);
    else {
      reading.problems.push({
        code: 'schema',
        severity: 'warning',
        ...spanOf(key),
        message: t('The key {0} stands here a second time; the last one counts.', JSON.stringify(name)),
        related: { ...spanOf(first), message: t('It stands here first.') },
        mistake: { kind: 'repeated-key', first },
      });
    }
  }
}

/** The keys that an object could have and has not. */
export function unusedKeys(object: JsonNode, keys: Readonly<Record<string, Key<unknown>>>): string[] {
  return Object.keys(keys).filter((known) => property(object, known) === undefined);
}

function isWithin(value: number, shape: ValueShape & { kind: 'number' }): boolean {
  return (
    Number.isFinite(value) &&
    (!shape.integer || Number.isSafeInteger(value)) &&
    !(value < (shape.least ?? value)) &&
    !(value > (shape.most ?? value)) &&
    (shape.above === undefined || value > shape.above) &&
    (shape.below === undefined || value < shape.below)
  );
}

/** Whether the node is of the shape's JSON type, so that reading on gives a more exact message than "or null" would. */
function isOfType(node: JsonNode, shape: ValueShape): boolean {
  switch (shape.kind) {
    case 'text':
      return node.type === 'string' && shape.values === undefined;
    case 'number':
      return node.type === 'number';
    case 'boolean':
      return node.type === 'boolean';
    case 'list':
      return node.type === 'array';
    case 'nullable':
      return node.type === 'null' || isOfType(node, shape.of);
    default:
      return node.type === 'object';
  }
}

/** What a value that is missing or wrong is taken as when it has no default. */
function standIn(shape: ValueShape): unknown {
  switch (shape.kind) {
    case 'text':
      return shape.values?.[0] ?? '';
    case 'number':
      return shape.least ?? 1;
    case 'boolean':
      return false;
    case 'nullable':
      return null;
    case 'list':
      return [];
    case 'section':
      return { ...Object.fromEntries(Object.entries(shape.keys).flatMap(requiredStandIn)), ...defaultsOf(shape.keys) };
    default:
      return {};
  }
}

function requiredStandIn([name, { shape, absent }]: [string, Key<unknown>]): [string, unknown][] {
  return absent === 'required' ? [[name, standIn(shape)]] : [];
}

/** As it is written inside a sentence: `an entry of "betas"`. */
function inMiddle(name: string): string {
  return `${name[0]!.toLowerCase()}${name.slice(1)}`;
}
