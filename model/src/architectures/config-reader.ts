import type { JsonObject } from '../json.ts';

/** Reads values of a `config.json` and remembers the first one that makes no sense. */
export class ConfigReader {
  private readonly json: JsonObject;
  /** What is wrong with the first bad value, if any was met. */
  problem: string | undefined;

  constructor(json: JsonObject) {
    this.json = json;
  }

  /** A positive integer under the first of `names` that is there and not null, else `fallback`. */
  size(names: readonly string[], fallback: number): number {
    const { name, value } = this.find(names);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    return this.fail(name, value, 'a positive integer', fallback);
  }

  /** A positive finite number. */
  positive(name: string, fallback: number): number {
    const { value } = this.find([name]);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    return this.fail(name, value, 'a positive number', fallback);
  }

  flag(name: string, fallback: boolean): boolean {
    const { value } = this.find([name]);
    if (value === undefined) return fallback;
    return typeof value === 'boolean' ? value : this.fail(name, value, 'true or false', fallback);
  }

  text(name: string, fallback: string): string {
    const { value } = this.find([name]);
    if (value === undefined) return fallback;
    return typeof value === 'string' ? value : this.fail(name, value, 'text', fallback);
  }

  private find(names: readonly string[]): { name: string; value: unknown } {
    for (const name of names) {
      const value = Object.hasOwn(this.json, name) ? this.json[name] : undefined;
      if (value !== undefined && value !== null) return { name, value };
    }
    return { name: names[0]!, value: undefined };
  }

  private fail<T>(name: string, value: unknown, expected: string, fallback: T): T {
    this.problem ??= `config.json: '${name}' is ${JSON.stringify(value)?.slice(0, 60)}, not ${expected}`;
    return fallback;
  }
}
