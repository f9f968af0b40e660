/** Things that were worked out, each kept as long as all that it depends on stays. */
export class Keyed<T> {
  readonly #byName = new Map<string, { key: string; value: T }>();

  /** @param make undefined when it cannot be told yet; that is not kept */
  get(name: string, key: string, make: () => T | undefined): T | undefined {
    const known = this.#byName.get(name);
    if (known?.key === key) return known.value;
    const value = make();
    if (value !== undefined) this.#byName.set(name, { key, value });
    return value;
  }
}
