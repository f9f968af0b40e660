import { t, translated } from '../../l10n/src/words.ts';
/** What a key's value may be. One description serves the reader, the defaults and the JSON schema. */
export type ValueShape =
  /** `meanings` says what each of the values means. */
  | { kind: 'text'; values?: readonly string[]; meanings?: Readonly<Record<string, string>>; nonEmpty?: boolean }
  | { kind: 'number'; integer: boolean; least?: number; above?: number; most?: number; below?: number }
  | { kind: 'boolean' }
  | { kind: 'nullable'; of: ValueShape }
  | { kind: 'list'; items: ValueShape; least?: number; length?: number; orSingle?: boolean }
  | { kind: 'map'; values: ValueShape; least?: number }
  | { kind: 'section'; keys: Record<string, Key<unknown>> }
  | { kind: 'row' };

/**
 * A shape that reads as a `T`. `gives` never holds a value: it carries the type, so that the compiler compares the table with
 * `TaskFile`, and asks for each of the few values of a key.
 */
export type Shape<T> = ValueShape & { readonly gives?: (value: T) => T };

export interface Key<T> {
  shape: Shape<T>;
  /** What the key means, with units: shown on hover and in the JSON schema. */
  doc: string;
  /** What NeMo calls it; null for a key of our own. */
  nemo: string | null;
  /**
   * The value when the key is left out. `required`: leaving it out is an error. `derived`: worked out from other keys, as
   * the text says.
   */
  absent: { default: T } | { derived: string } | 'required';
}

export type KeyTable<T> = { [K in keyof T]-?: Key<T[K]> };

export function text(options: { nonEmpty?: boolean } = {}): Shape<string> {
  return { kind: 'text', ...options };
}

/** @param meanings each value with what it means, a sentence without its full stop */
export function oneOf<T extends string>(meanings: Readonly<Record<T, string>>): Shape<T> {
  return { kind: 'text', values: Object.keys(meanings), meanings };
}

interface NumberLimits {
  least?: number;
  above?: number;
  most?: number;
  below?: number;
}

export function number(limits: NumberLimits = {}): Shape<number> {
  return { kind: 'number', integer: false, ...limits };
}

export function integer(limits: NumberLimits = {}): Shape<number> {
  return { kind: 'number', integer: true, ...limits };
}

export function boolean(): Shape<boolean> {
  return { kind: 'boolean' };
}

export function nullable<T>(of: Shape<T>): Shape<T | null> {
  return { kind: 'nullable', of };
}

/** @param options `orSingle`: a single item may stand for a list of one */
export function list<T>(
  items: Shape<T>,
  options: { least?: number; length?: number; orSingle?: boolean } = {},
): Shape<T[]> {
  return { kind: 'list', items, ...options };
}

export function map<T>(values: Shape<T>, options: { least?: number } = {}): Shape<Record<string, T>> {
  return { kind: 'map', values, ...options };
}

export function section<T>(keys: KeyTable<T>): Shape<T> {
  return { kind: 'section', keys: keys as Record<string, Key<unknown>> };
}

export function row(): Shape<Record<string, unknown>> {
  return { kind: 'row' };
}

/** The value of a section of which nothing is given; derived and required keys are left out. */
export function defaultsOf(keys: Record<string, Key<unknown>>): Record<string, unknown> {
  const entries = Object.entries(keys).flatMap(([name, { absent }]) =>
    absent !== 'required' && 'default' in absent ? [[name, structuredClone(absent.default)] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** What each value of a key with few values means: `` `lstm`: …; `mlp`: …. `` Empty for other keys. */
export function describeValues(shape: ValueShape): string {
  if (shape.kind === 'nullable') return describeValues(shape.of);
  if (shape.kind === 'list') return describeValues(shape.items);
  if (shape.kind !== 'text' || shape.meanings === undefined) return '';
  const meanings = Object.entries(shape.meanings).map(([value, meaning]) => `\`${value}\`: ${translated(meaning)}`);
  return `${meanings.join('; ')}.`;
}

/** What a shape is called in a message: `a whole number of at least 1`. */
export function describe(shape: ValueShape): string {
  switch (shape.kind) {
    case 'text':
      if (shape.values !== undefined) return shape.values.map((value) => JSON.stringify(value)).join(', ');
      return shape.nonEmpty ? t('a text that is not empty') : t('a text');
    case 'number':
      return [shape.integer ? t('a whole number') : t('a number'), ...limitTexts(shape)].join(' ');
    case 'boolean':
      return t('true or false');
    case 'nullable':
      return t('{0} or null', describe(shape.of));
    case 'list': {
      if (shape.length !== undefined) return t('a list of {0} values', shape.length);
      const said = shape.least ? t('a list with at least {0} in it', shape.least) : t('a list');
      return shape.orSingle ? t('{0}, or {1}', said, describe(shape.items)) : said;
    }
    case 'map':
      return shape.least ? t('an object in { } with at least {0} in it', shape.least) : t('an object in { }');
    case 'section':
    case 'row':
      return t('an object in { }');
  }
}

function limitTexts({ least, above, most, below }: NumberLimits): string[] {
  const limits = [
    least === undefined ? [] : [t('of at least {0}', least)],
    above === undefined ? [] : [t('above {0}', above)],
    most === undefined ? [] : [t('at most {0}', most)],
    below === undefined ? [] : [t('below {0}', below)],
  ].flat();
  return limits.length > 1 ? [limits.join(` ${t('and')} `)] : limits;
}
