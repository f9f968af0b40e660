import { t } from '../../../l10n/src/words.ts';
import { addedBeside, type BesideVocabulary, namedTexts } from './added-beside.ts';
import { type AddedToken, readTokenizerFile, type TokenizerParts } from './tokenizer-file.ts';
import { UnusableTokenizer } from './vocabulary.ts';

/*
 * The form that byte-level tokenisers had before tokenizer.json, as of OPT: vocab.json and merges.txt. How text is cut is not
 * in them but in the class of the tokeniser.
 */

const CLASSES: readonly unknown[] = [undefined, 'GPT2Tokenizer', 'GPT2TokenizerFast'];

/** What the class calls its special tokens where nothing else is said. */
const DEFAULT_SPECIAL = '<|endoftext|>';

/** The same as a tokenizer.json, but for its special tokens. */
export function asTokenizerJson(vocab: Uint8Array, merges: Uint8Array): Uint8Array {
  const lines = new TextDecoder().decode(merges).split(/\r?\n/);
  const pairs = lines.filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version')));
  const text = (some: string) => new TextEncoder().encode(some);
  return Buffer.concat([
    text('{"model":{"type":"BPE","vocab":'),
    vocab,
    text(`,"merges":${JSON.stringify(pairs)}},"added_tokens":[],"normalizer":null,"post_processor":null}`),
  ]);
}

/**
 * Reads what `asTokenizerJson` makes.
 * @throws UnusableTokenizer
 */
export function* readVocabAndMerges(bytes: Uint8Array, beside: BesideVocabulary): Generator<void, TokenizerParts> {
  const { tokenizer_class, add_prefix_space } = beside.config ?? {};
  if (!CLASSES.includes(tokenizer_class)) {
    throw new UnusableTokenizer(t('is of a {0}, of which only tokenizer.json is read', String(tokenizer_class)));
  }
  const parts = yield* readTokenizerFile(bytes);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: add_prefix_space === true, use_regex: true };
  const described = addedBeside(beside);
  const special = [...new Set([DEFAULT_SPECIAL, ...namedTexts(beside)])].flatMap((content): AddedToken[] => {
    const id = parts.vocabulary.ids.get(content);
    return id === undefined || described.some((token) => token.id === id) ? [] : [{ content, id, special: true }];
  });
  return {
    ...parts,
    json: { ...parts.json, pre_tokenizer: byteLevel, decoder: byteLevel },
    addedTokens: [...special, ...described],
  };
}
