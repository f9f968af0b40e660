import { drawOf, hashKey } from './text-hash.ts';

/** How many different texts of a field are kept to judge all of them by. */
export const MAX_SAMPLED_VALUES = 256;
const FEWEST_SAMPLED_VALUES = MAX_SAMPLED_VALUES / 2;
/** In UTF-16 units; a longer text is cut, and its length kept. */
const MAX_SAMPLED_LENGTH = 1000;

export interface SampledValue {
  /** At most MAX_SAMPLED_LENGTH units of it. */
  readonly text: string;
  /** Of the whole text, in UTF-16 units. */
  readonly length: number;
  /** How many rows have this very text. */
  readonly rows: number;
}

/** Above all that is drawn. */
const NO_BOUND = 0x1_0000_0000;

interface Entry {
  key: number;
  draw: number;
  text: string;
  length: number;
  rows: number;
}

/**
 * The different texts of a field, each with its number of rows: all of them while they are few, else those whose hash is
 * lowest. That depends on nothing but the text, so that none is likelier to be kept than another, and a text that is kept
 * was counted from its first row on.
 */
export class ValueTable {
  readonly #entries = new Map<number, Entry>();
  /** Texts that draw this or more are not kept. */
  #bound = NO_BOUND;
  #first: Entry | undefined;

  /** Whether every text is kept, and as a whole. */
  isComplete = true;

  add(text: string, high: number, low: number): void {
    const draw = drawOf(high, low);
    if (draw >= this.#bound && this.#first !== undefined) return;
    const key = hashKey(high, low);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.rows += 1;
      return;
    }
    const isLong = text.length > MAX_SAMPLED_LENGTH;
    const kept = isLong ? detached(text.slice(0, MAX_SAMPLED_LENGTH)) : text;
    const entry = { key, draw, text: kept, length: text.length, rows: 1 };
    this.#first ??= entry;
    if (isLong) this.isComplete = false;
    if (draw >= this.#bound) return;
    this.#entries.set(key, entry);
    if (this.#entries.size > MAX_SAMPLED_VALUES) this.#drop();
  }

  /** Takes back a row that was added. */
  remove(high: number, low: number): void {
    const key = hashKey(high, low);
    const entry = this.#entries.get(key);
    if (entry !== undefined && --entry.rows === 0) this.#entries.delete(key);
    if (this.#first?.key === key && this.#entries.get(key) === undefined) this.#first = undefined;
  }

  /** Whether so many of the texts that were kept are gone that one that had never had them would keep others as well. */
  get isThin(): boolean {
    return this.#bound < NO_BOUND && this.#entries.size < FEWEST_SAMPLED_VALUES;
  }

  #drop(): void {
    let highest: Entry | undefined;
    for (const entry of this.#entries.values()) {
      if (highest === undefined || entry.draw > highest.draw) highest = entry;
    }
    this.#bound = highest!.draw;
    this.#entries.delete(highest!.key);
    this.isComplete = false;
  }

  /** The text of the first row that was added, or another when that is gone. */
  get first(): SampledValue | undefined {
    return this.#first ?? this.#entries.values().next().value;
  }

  get values(): IterableIterator<SampledValue & { key: number; draw: number }> {
    return this.#entries.values();
  }

  get bound(): number {
    return this.#bound;
  }
}

/** The texts of several tables, such as those of several files, as one table would have kept them; `rows` added up. */
export function mergedValues(tables: readonly ValueTable[]): SampledValue[] {
  const bound = Math.min(...tables.map((table) => table.bound));
  const merged = new Map<number, Entry>();
  for (const table of tables) {
    for (const entry of table.values) {
      if (entry.draw >= bound) continue;
      const known = merged.get(entry.key);
      if (known === undefined) merged.set(entry.key, { ...entry });
      else known.rows += entry.rows;
    }
  }
  const values = [...merged.values()];
  const kept =
    values.length <= MAX_SAMPLED_VALUES ? values : values.sort((a, b) => a.draw - b.draw).slice(0, MAX_SAMPLED_VALUES);
  return kept.map(({ text, length, rows }) => ({ text, length, rows }));
}

/** The part of a text is a view of the whole one, which it would keep in memory. */
function detached(part: string): string {
  return JSON.parse(JSON.stringify(part)) as string;
}
