import { isJsonObject } from '../../json.ts';
import { LONGEST_TOKEN } from '../plain-tokenizer.ts';
import type { TokenizerParts } from '../tokenizer-file.ts';

/*
 * Most tokenizer.json do to a text what a hundred others do, and are quick. One from elsewhere may hold anything.
 */

/**
 * Regular expressions that take time in proportion to a text, or to its square at worst: those of GPT-2, Llama 3, Qwen 2 and 3,
 * Mistral's Tekken, GPT-4o, BLOOM, Falcon, and of what is made from SentencePiece models.
 */
const KNOWN_PATTERNS: ReadonlySet<string> = new Set([
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw` ?[^(\s|[.,!?…。，、।۔،])]+`,
  String.raw`\p{N}{1,3}`,
  String.raw`\p{N}`,
  '[0-9][0-9][0-9]',
  String.raw`[\r\n]`,
  String.raw`\d`,
  ' {2,}',
]);

/** Of normalisers, ways to cut and decoders together. Usual files have up to ten. */
const MOST_PARTS = 40;

/** A word in so many letters is tried in as many ways as the cube of their number. */
const LONGEST_WORD = 200;

/** Whether it is known of all that a file has done to a text that it takes a short one no time worth mentioning. */
export function isQuick({ json, model, vocabulary, addedTokens }: TokenizerParts): boolean {
  const { max_input_chars_per_word: wordLimit = 0, end_of_word_suffix, continuing_subword_prefix } = model;
  const parts = objectsIn([json.normalizer, json.pre_tokenizer, json.decoder]);
  return (
    parts.length <= MOST_PARTS &&
    parts.every(isQuickPart) &&
    Number(wordLimit) <= LONGEST_WORD &&
    areShort(vocabulary.ids.keys()) &&
    [end_of_word_suffix, continuing_subword_prefix].every((affix) => lengthOf(affix) <= LONGEST_TOKEN) &&
    areShort(addedTokens.map(({ content }) => content))
  );
}

/** Asked of the texts, not of the list by ids: that has as many places as the highest id, which the file chooses. */
function areShort(tokens: Iterable<string>): boolean {
  for (const token of tokens) if (token.length > LONGEST_TOKEN) return false;
  return true;
}

function isQuickPart(part: Readonly<Record<string, unknown>>): boolean {
  const { Regex: pattern, prepend } = part;
  if (part.type === 'Replace' && !isShortening(part)) return false;
  // Without a suffix it puts a space between all letters.
  if (part.type === 'BPEDecoder' && lengthOf(part.suffix) === 0) return false;
  if (prepend !== undefined && lengthOf(prepend) > 8) return false;
  return pattern === undefined || KNOWN_PATTERNS.has(pattern as string);
}

/** Whether no text grows by a replacement: a few that double it would make it endless. */
function isShortening({ pattern, content }: Readonly<Record<string, unknown>>): boolean {
  const found = isJsonObject(pattern) ? pattern.String : undefined;
  return lengthOf(content) <= (found === undefined ? 1 : lengthOf(found));
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}

/** All objects in a value, up to somewhat more than there may be; each knows nothing of those inside it. */
function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  const found: Readonly<Record<string, unknown>>[] = [];
  const open: unknown[] = [value];
  while (open.length > 0 && found.length <= MOST_PARTS) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (isJsonObject(next)) found.push(next);
    for (const inner of Object.values(next)) open.push(inner);
  }
  return found;
}
