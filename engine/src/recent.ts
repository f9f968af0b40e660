/** Keeps what was used last; beyond `most` entries, the one that was not used for longest is forgotten. */
export class Recent<V> {
  // A map lists its keys in the order in which they came in.
  private readonly entries = new Map<string, V>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Whether there is an entry, which may be one of undefined. */
  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** The entry, which counts as used. */
  get(key: string): V | undefined {
    if (!this.entries.has(key)) return undefined;
    const value = this.entries.get(key)!;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  /** Returns what was forgotten for it. */
  set(key: string, value: V): V | undefined {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.most) return undefined;
    const [oldest] = this.entries.keys();
    const forgotten = this.entries.get(oldest!);
    this.entries.delete(oldest!);
    return forgotten;
  }

  /** Forgets entries that meet a condition. */
  forget(meets: (value: V) => boolean): void {
    for (const [key, value] of this.entries) if (meets(value)) this.entries.delete(key);
  }
}
