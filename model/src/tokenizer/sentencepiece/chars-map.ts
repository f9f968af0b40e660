import { t } from '../../../../l10n/src/words.ts';
import { UnusableTokenizer } from '../vocabulary.ts';

/** For so many bytes, what becomes of them. */
interface Rule {
  readonly length: number;
  readonly text: string;
}

/**
 * The rules by which SentencePiece normalises text (`precompiled_charsmap`): a table from byte sequences to texts. It is the
 * length of a double array, that array of 32-bit units (as in darts-clone), and the texts, each ended by a zero byte.
 */
export class CharsMap {
  readonly #units: Uint32Array;
  readonly #texts: Uint8Array;

  /** @throws UnusableTokenizer where the bytes are none */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = bytes.byteLength < 4 ? -1 : view.getUint32(0, true);
    if (length < 4 || length % 4 !== 0 || 4 + length > bytes.byteLength) {
      throw new UnusableTokenizer(t('has normalisation rules that cannot be read'));
    }
    this.#units = Uint32Array.from({ length: length / 4 }, (_, i) => view.getUint32(4 + i * 4, true));
    this.#texts = bytes.subarray(4 + length);
  }

  /** The longest rule for the bytes that start here; undefined when there is none. */
  longest(bytes: Uint8Array, from: number): Rule | undefined {
    let found: Rule | undefined;
    for (const rule of this.#rules(bytes, from)) found = rule;
    return found;
  }

  /** The shortest one. */
  shortest(bytes: Uint8Array, from: number): Rule | undefined {
    for (const rule of this.#rules(bytes, from)) return rule;
    return undefined;
  }

  /** Those for the bytes that start here, the shortest first. */
  *#rules(bytes: Uint8Array, from: number): Generator<Rule> {
    let node = offsetOf(this.#unit(0));
    for (let i = from; i < bytes.length; i++) {
      node ^= bytes[i]!;
      const unit = this.#unit(node);
      if (labelOf(unit) !== bytes[i]) break;
      node ^= offsetOf(unit);
      if (hasLeaf(unit)) yield { length: i + 1 - from, text: this.#text(this.#unit(node) & 0x7fffffff) };
    }
  }

  /** A unit outside of a damaged array matches nothing. */
  #unit(at: number): number {
    return this.#units[at] ?? 0x80000000;
  }

  #text(at: number): string {
    const end = this.#texts.indexOf(0, at);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#texts.subarray(at, end < 0 ? undefined : end));
  }
}

function hasLeaf(unit: number): boolean {
  return ((unit >>> 8) & 1) === 1;
}

/** A byte; a unit that is a value has none. */
function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
