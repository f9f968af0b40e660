import type { AddedTokens, Section } from './added-tokens.ts';
import type { PreTokenizer } from './pre-tokenizers.ts';
import type { WordEncoder } from './word-encoder.ts';

/** What is done to a text on its way to ids, in this order. */
export interface EncodingSteps {
  /** Those that are found in a text as it is. */
  readonly added: AddedTokens;
  readonly normalise: (text: string) => string;
  /** Those that are found in what has been normalised. */
  readonly addedToNormal: AddedTokens;
  readonly inWords: PreTokenizer;
  readonly words: WordEncoder;
}

/** UTF-16 units of words between two pauses. */
const PIECE = 200;
/** In UTF-16 units; words up to here may be kept with their ids. */
const LONG_WORD = 256;

/** @param isPlain whether the texts of special tokens stay text */
export function* encoding(text: string, isPlain: boolean, steps: EncodingSteps): Generator<void, number[]> {
  const found: number[] = [];
  let done = 0;
  for (const section of yield* sectionsOf(text, isPlain, steps)) {
    if (section.kind === 'token') {
      found.push(section.id);
      continue;
    }
    // A word may be all of a long text.
    for (const word of steps.inWords(section.text, section.from === 0)) {
      done += word?.length ?? PIECE;
      if (done >= PIECE) {
        yield;
        done = 0;
      }
      if (word === undefined) continue;
      const ids =
        word.length > LONG_WORD ? yield* steps.words.idsOfLong(word, isPlain) : steps.words.ids(word, isPlain);
      for (const id of ids) found.push(id);
    }
  }
  return found;
}

/** The texts among them are normalised. */
function* sectionsOf(
  text: string,
  isPlain: boolean,
  { added, normalise, addedToNormal }: EncodingSteps,
): Generator<void, Section[]> {
  const sections: Section[] = [];
  for (const section of yield* added.cut(text, isPlain)) {
    if (section.kind === 'token') {
      sections.push(section);
      continue;
    }
    for (const part of yield* addedToNormal.cut(normalise(section.text), isPlain)) {
      sections.push(part.kind === 'token' ? part : { kind: 'text', text: part.text, from: section.from + part.from });
    }
  }
  return sections;
}
