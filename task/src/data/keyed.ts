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

/** A short name for a long text that seldom changes, for keys that are compared often. */
export class ShortName {
  #text: string | undefined;
  #changes = 0;

  /** The same as the last time where the text is, else a new one. */
  of(text: string): string {
    if (text !== this.#text) this.#changes += 1;
    this.#text = text;
    return String(this.#changes);
  }
}
