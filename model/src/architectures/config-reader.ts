import { t } from '../../../l10n/src/words.ts';
import type { JsonObject } from '../json.ts';
import { shown } from '../shown.ts';

/** The largest models have some hundred; a list of as many as a file may say would not fit into any memory. */
const MOST_LAYERS = 10_000;

/** Reads values of a `config.json` and remembers what is wrong with them, the first of each kind; they count in this order. */
export class ConfigReader {
  readonly json: JsonObject;
  /** A value that makes no sense. */
  broken: string | undefined;
  /** What the engine has not. */
  unsupported: string | undefined;
  /** Values that make sense, but not together. */
  unfit: string | undefined;

  constructor(json: JsonObject) {
    this.json = json;
  }

  /** A positive integer under the first of `names` that is there and not null, else `fallback`. */
  size(names: readonly string[], fallback: number): number {
    const { name, value } = this.find(names);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    return this.fail(name, value, t('a positive integer'), fallback);
  }

  /** How many layers there are, under the first of `names` that is there and not null, else `fallback`. */
  layers(names: readonly string[], fallback: number): number {
    const layers = this.size(names, fallback);
    if (layers <= MOST_LAYERS) return layers;
    return this.fail(this.find(names).name, layers, t('a number of layers of at most {0}', MOST_LAYERS), fallback);
  }

  /** An integer that is not negative. */
  count(name: string, fallback: number): number {
    const { value } = this.find([name]);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    return this.fail(name, value, t('an integer from 0 on'), fallback);
  }

  /** A positive finite number. */
  positive(name: string, fallback: number): number {
    const { value } = this.find([name]);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    return this.fail(name, value, t('a positive number'), fallback);
  }

  /** A positive finite number that must be there; null may stand for `whereNull`. */
  needed(name: string, whereNull?: number): number {
    if (!Object.hasOwn(this.json, name) || (this.json[name] === null && whereNull === undefined))
      this.broken ??= t("config.json: '{0}' is missing", name);
    return this.positive(name, whereNull ?? 1);
  }

  /** A positive finite number; undefined where there is null, and `fallback` where there is nothing. */
  optional(name: string, fallback: number | undefined): number | undefined {
    if (this.json[name] === null) return undefined;
    return this.find([name]).value === undefined ? fallback : this.positive(name, 1);
  }

  /** A list of `count` positive finite numbers, or undefined where there is none or null. */
  numbers(name: string, count: number): readonly number[] | undefined {
    const { value } = this.find([name]);
    if (value === undefined) return undefined;
    const good = Array.isArray(value) && value.length === count && value.every((x) => Number.isFinite(x) && x > 0);
    return good ? value : this.fail(name, value, t('a list of {0} positive numbers', count), undefined);
  }

  /** A list of at least `count` integers, each of which is on where it is not 0, or undefined where there is none or null. */
  switches(name: string, count: number): readonly boolean[] | undefined {
    const { value } = this.find([name]);
    if (value === undefined) return undefined;
    const good = Array.isArray(value) && value.length >= count && value.every(Number.isSafeInteger);
    return good ? value.map(Boolean) : this.fail(name, value, t('a list of {0} or more integers', count), undefined);
  }

  flag(name: string, fallback: boolean): boolean {
    const { value } = this.find([name]);
    if (value === undefined) return fallback;
    return typeof value === 'boolean' ? value : this.fail(name, value, t('true or false'), fallback);
  }

  text(name: string, fallback: string): string {
    const { value } = this.find([name]);
    if (value === undefined) return fallback;
    return typeof value === 'string' ? value : this.fail(name, value, t('text'), fallback);
  }

  /** What `known` has for the text under `name`, which is unsupported where it has nothing. @param fallback one that it has */
  choice<T>(name: string, fallback: string, known: ReadonlyMap<string, T>): T {
    const text = this.text(name, fallback);
    if (!known.has(text))
      this.unsupported ??= t("{0} '{1}' (supported: {2})", name, text, [...known.keys()].join(', '));
    return (known.get(text) ?? known.get(fallback))!;
  }

  /** A switch that must not be on. @param what it switches on */
  off(name: string, what: string): void {
    if (this.flag(name, false)) this.unsupported ??= `${what} ('${name}')`;
  }

  /** Says so where `value` is not a multiple of `divisor`, by their names. */
  multiple(name: string, value: number, divisorName: string, divisor: number): void {
    if (value % divisor !== 0)
      this.unfit ??= t('config.json: {0} {1} is not a multiple of {2} {3}', name, value, divisorName, divisor);
  }

  private find(names: readonly string[]): { name: string; value: unknown } {
    for (const name of names) {
      const value = Object.hasOwn(this.json, name) ? this.json[name] : undefined;
      if (value !== undefined && value !== null) return { name, value };
    }
    return { name: names[0]!, value: undefined };
  }

  private fail<T>(name: string, value: unknown, expected: string, fallback: T): T {
    this.broken ??= t("config.json: '{0}' is {1}, not {2}", name, shown(value), expected);
    return fallback;
  }
}
