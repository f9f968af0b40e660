import { atOnce } from '../in-slices.ts';
import { CharsMap } from './chars-map.ts';
import type { NormaliserSettings } from './model-proto.ts';
import type { PrefixTable } from './prefix-table.ts';

/** How SentencePiece writes a space. */
export const SPACE = '\u2581';

/** Letters between two pauses. */
const PIECE = 2_000;

/** Brings text into the form that a model was trained on, as SentencePiece's own normaliser does. */
export class Normaliser {
  readonly #settings: NormaliserSettings;
  readonly #charsMap: CharsMap | undefined;
  readonly #kept: PrefixTable | undefined;
  readonly #spaceAsSuffix: boolean;

  /**
   * @param kept texts that are not normalised
   * @throws UnusableTokenizer
   */
  constructor(settings: NormaliserSettings, { kept, spaceAsSuffix }: { kept?: PrefixTable; spaceAsSuffix: boolean }) {
    this.#settings = settings;
    this.#charsMap = settings.charsMap.length === 0 ? undefined : new CharsMap(settings.charsMap);
    this.#kept = kept;
    this.#spaceAsSuffix = spaceAsSuffix;
  }

  /** @param text without lone surrogates */
  normalise(text: string): string {
    return atOnce(this.normalising(text));
  }

  /** The same in steps. */
  *normalising(text: string): Generator<void, string> {
    const { addDummyPrefix, removeExtraSpaces, escapeSpaces } = this.#settings;
    const space = escapeSpaces ? SPACE : ' ';
    let result = addDummyPrefix && !this.#spaceAsSuffix ? space : '';
    let isAfterSpace = removeExtraSpaces;
    let isBlank = true;
    let done = 0;
    for (const part of this.#parts(text)) {
      done += 1;
      if (done % PIECE === 0) yield;
      if (isBlank && removeExtraSpaces && part === ' ') continue;
      // A letter that becomes nothing is no blank: the text has a space put in front all the same.
      isBlank = false;
      const kept = isAfterSpace ? part.replace(/^ +/, '') : part;
      if (kept === '') continue;
      result += escapeSpaces ? kept.replaceAll(' ', SPACE) : kept;
      isAfterSpace = removeExtraSpaces && kept.endsWith(' ');
    }
    if (isBlank) return '';
    if (removeExtraSpaces) result = withoutEnd(result, space);
    return addDummyPrefix && this.#spaceAsSuffix ? result + space : result;
  }

  /** The text, each letter or sequence replaced by what the rules make of it. */
  *#parts(text: string): Generator<string> {
    const bytes = this.#charsMap === undefined ? undefined : new TextEncoder().encode(text);
    let byte = 0;
    for (let at = 0; at < text.length; ) {
      const kept = this.#kept?.longest(text, at) ?? 0;
      const rule = kept > 0 || bytes === undefined ? undefined : this.#charsMap!.longest(bytes, byte);
      const from = at;
      if (rule !== undefined) {
        for (const end = byte + rule.length; byte < end; at += unitsOf(text, at)) byte += bytesOf(text, at);
        yield rule.text;
        continue;
      }
      for (const end = at + (kept || unitsOf(text, at)); at < end; at += unitsOf(text, at)) byte += bytesOf(text, at);
      yield text.slice(from, at);
    }
  }
}

function withoutEnd(text: string, letter: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === letter) end -= 1;
  return text.slice(0, end);
}

/** UTF-16 units of the letter that begins there. */
export function unitsOf(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}

/** UTF-8 bytes of the letter that begins there. */
function bytesOf(text: string, at: number): number {
  const code = text.codePointAt(at)!;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
