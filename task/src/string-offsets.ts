const HEX_DIGIT = /[0-9a-fA-F]/;

/**
 * Where each UTF-16 unit of a JSON string's value stands in the source, so that a mistake inside a string can be
 * underlined at its own characters although escapes make the source longer than the value.
 *
 * Works on broken strings as jsonc-parser reads them: an unknown escape gives no unit, an unclosed string ends with the literal.
 */
export class StringOffsets {
  readonly #first: number;
  /** Source offset of each unit and, last, of the closing quote; undefined when nothing is escaped. */
  readonly #offsets: Uint32Array | undefined;
  readonly #units: number;

  /** `offset` and `length` are those of the literal, with its quotes. */
  constructor(source: string, offset: number, length: number) {
    this.#first = offset + 1;
    const end = offset + length;
    const literal = source.slice(offset, end);
    if (!literal.includes('\\')) {
      this.#units = literal.length - 1 - (literal.length > 1 && literal.endsWith('"') ? 1 : 0);
      return;
    }
    const offsets: number[] = [];
    let i = offset + 1;
    while (i < end && source[i] !== '"') {
      if (source[i] !== '\\') {
        offsets.push(i++);
        continue;
      }
      const { length: escapeLength, gives } = escapeAt(source, i, end);
      if (gives) offsets.push(i);
      i += escapeLength;
    }
    this.#units = offsets.length;
    offsets.push(i);
    this.#offsets = Uint32Array.from(offsets);
  }

  /** How many UTF-16 units the value has. */
  get length(): number {
    return this.#units;
  }

  /** The source offset at which unit `unit` of the value starts; `length` gives the end of the content. */
  toSource(unit: number): number {
    const inside = Math.min(Math.max(unit, 0), this.#units);
    return this.#offsets?.[inside] ?? this.#first + inside;
  }

  /** The unit that a source offset falls in; places before and after the content give 0 and `length`. */
  toValue(offset: number): number {
    if (this.#offsets === undefined) return Math.min(Math.max(offset - this.#first, 0), this.#units);
    let low = 0;
    let high = this.#units;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#offsets[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function escapeAt(source: string, offset: number, end: number): { length: number; gives: boolean } {
  const letter = source[offset + 1];
  if (offset + 1 >= end || letter === undefined) return { length: 1, gives: false };
  if (letter !== 'u') return { length: 2, gives: '"\\/bfnrt'.includes(letter) };
  let digits = 0;
  while (digits < 4 && HEX_DIGIT.test(source[offset + 2 + digits] ?? '')) digits++;
  return { length: 2 + digits, gives: digits === 4 };
}
