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
  reading.value = readValue(node, shape, t('The file'), reading, standIn(shape));
  return reading;
}

function readValue(
  node: JsonNode,
  shape: ValueShape,
  name: string,
  reading: Reading,
  fallback: unknown,
  isOptional = false,
): unknown {
  const wrong = (): unknown => {
    const said = describe(shape);
    const choice = shape.kind === 'text' && shape.values !== undefined;
    const near = choice && typeof node.value === 'string' ? nearest(node.value, shape.values!) : undefined;
    reading.problems.push({
      code: 'schema',
      severity: 'error',
      ...spanOf(node),
      message: `${t('{0} must be {1}.', name, choice ? t('one of {0}', said) : said)}${didYouMean(near)}`,
      mistake: { kind: 'value', node, shape, isOptional },
    });
    return fallback;
  };
  const sound = <T>(value: T): T => {
    reading.sound.add(node);
    return value;
  };

  switch (shape.kind) {
    case 'text': {
      const value = node.value;
      if (typeof value !== 'string' || (shape.nonEmpty && value.trim() === '')) return wrong();
      return shape.values === undefined || shape.values.includes(value) ? sound(value) : wrong();
    }
    case 'number':
      return typeof node.value === 'number' && isWithin(node.value, shape) ? sound(node.value) : wrong();
    case 'boolean':
      return typeof node.value === 'boolean' ? sound(node.value) : wrong();
    case 'nullable':
      if (node.type === 'null') return sound(null);
      return isOfType(node, shape.of) ? readValue(node, shape.of, name, reading, fallback) : wrong();
    case 'list': {
      if (shape.orSingle && node.type !== 'array' && isOfType(node, shape.items)) {
        return [readValue(node, shape.items, name, reading, standIn(shape.items))];
      }
      if (node.type !== 'array') return wrong();
      const length = node.children!.length;
      if (length < (shape.least ?? 0) || (shape.length !== undefined && length !== shape.length)) return wrong();
      const entryName = t('An entry of {0}', inMiddle(name));
      return sound(
        node.children!.map((item) => readValue(item, shape.items, entryName, reading, standIn(shape.items))),
      );
    }
    case 'map': {
      if (node.type !== 'object' || node.children!.length < (shape.least ?? 0)) return wrong();
      reportRepeats(node, reading);
      const entries = properties(node).flatMap(({ name: entry, value }) =>
        value === undefined
          ? []
          : [[entry, readValue(value, shape.values, JSON.stringify(entry), reading, standIn(shape.values))] as const],
      );
      return sound(Object.fromEntries(entries));
    }
    case 'row':
      return node.type === 'object' ? sound(plainValue(node)) : wrong();
    case 'section':
      return node.type === 'object' ? sound(readSection(node, shape.keys, name, reading)) : wrong();
  }
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
      const fallback = absent === 'required' ? standIn(shape) : section[known];
      section[known] = readValue(value, shape, JSON.stringify(known), reading, fallback, absent !== 'required');
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
