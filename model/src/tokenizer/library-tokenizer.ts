import { BPE, ByteFallbackDecoder, Tokenizer as Library, SequenceDecoder, Unigram } from '@huggingface/tokenizers';
import { isJsonObject, type JsonObject } from '../json.ts';
import { cutAt, type PlainTokenizer } from './plain-tokenizer.ts';
import type { AddedToken, TokenizerParts } from './tokenizer-file.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Tokens of a unigram model that are put into its tree between two pauses. */
const BATCH = 2_000;

/**
 * The library's tokeniser for what a file says.
 *
 * @param config tokenizer_config.json
 * @throws at a part that the library does not know
 */
export function* libraryTokenizer(parts: TokenizerParts, config: JsonObject): Generator<void, PlainTokenizer> {
  const { addedTokens, vocabulary, json } = parts;
  // It cuts text at every added token that it is told of.
  const library = makeLibrary(parts, config, ({ special }) => special !== true);
  for (const { content, id, special } of addedTokens) if (special !== true) vocabulary.add(content, id);
  yield* giveVocabulary(library, parts);
  let withSpecial: Library | undefined;
  const tellingSpecial = (): Library => {
    withSpecial ??= makeLibrary(parts, config, () => true);
    withSpecial.model = library.model;
    return withSpecial;
  };
  const special = new Map(
    addedTokens.filter((token) => token.special === true).map((token) => [token.content, token.id]),
  );
  const specialById = new Map([...special].map(([text, id]) => [id, text]));
  const cut = cutAt(special.keys());
  const ends = endsOf(json.post_processor);

  const idsOf = (text: string, tokenizer: Library): number[] =>
    // A character for which a vocabulary without an unknown token has no entry gives undefined.
    text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids.filter((id) => id !== undefined);
  const encode = (text: string): number[] => {
    const ids = idsOf(text, library);
    if (!cut || !ids.some((id) => specialById.has(id))) return ids;
    const cutText = cut(text);
    if (cutText.length === 1) return ids;
    // The model's own vocabulary holds the special token too, and matched it. Cut inside its text.
    return cutText.flatMap((part, i) =>
      i % 2 ? [...part].flatMap((letter) => idsOf(letter, library)) : idsOf(part, library),
    );
  };
  return {
    encode,
    encodeSpecial: (text) => (special.size === 0 ? encode(text) : idsOf(text, tellingSpecial())),
    // Cleaning up spaces would make "a ." and "a." the same answer.
    decode: (ids) => library.decode([...ids], { clean_up_tokenization_spaces: false }),
    tokenId: (token) => special.get(token) ?? library.token_to_id(token),
    tokenText: (id) => specialById.get(id) ?? library.id_to_token(id),
    special,
    size: Math.max(vocabulary.size, ...addedTokens.map(({ id }) => id + 1)),
    around: { first: special.get(ends.first ?? ''), last: special.get(ends.last ?? '') },
    named: {},
  };
}

/**
 * By itself the library builds its tables in one go, which takes a tenth of a second or more. So it is made without a
 * vocabulary, and given tables that were built a piece at a time.
 */
function makeLibrary(
  { json, model, addedTokens }: TokenizerParts,
  config: JsonObject,
  isTold: (token: AddedToken) => boolean,
): Library {
  const empty = model.type === 'Unigram' ? { vocab: [['', 0]], unk_id: 0 } : { vocab: {}, merges: [] };
  const library = new Library(
    {
      decoder: null,
      post_processor: null,
      pre_tokenizer: null,
      normalizer: null,
      ...json,
      model: { ...model, ...empty },
      added_tokens: addedTokens.filter(isTold),
    },
    config,
  );
  const { decoder } = library;
  for (const part of decoder instanceof SequenceDecoder ? decoder.decoders : [decoder]) {
    // The library's own drops U+FEFF, which is a letter like any other where bytes were cut.
    if (part instanceof ByteFallbackDecoder) part.text_decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  }
  return library;
}

function* giveVocabulary(library: Library, { vocabulary, model }: TokenizerParts): Generator<void> {
  const made = library.model!;
  made.tokens_to_ids = vocabulary.ids;
  made.vocab = vocabulary.texts;
  if (made instanceof Unigram) {
    yield* fillUnigram(made, vocabulary, model.unk_id);
    return;
  }
  made.unk_token_id = typeof model.unk_token === 'string' ? vocabulary.ids.get(model.unk_token) : undefined;
  if (made instanceof BPE) made.bpe_ranks = vocabulary.mergeRanks;
}

function* fillUnigram(made: Unigram, { ids, texts, scores }: Vocabulary, unknown: unknown): Generator<void> {
  const unknownId = typeof unknown === 'number' ? unknown : undefined;
  made.min_score = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  // As in the original: worse than any token.
  made.unk_score = made.min_score - 10;
  made.scores = scores;
  made.unk_token_id = unknownId;
  made.unk_token = unknownId === undefined ? undefined : texts[unknownId];
  if (unknownId !== undefined) scores[unknownId] = made.unk_score;
  made.bos_token_id = ids.get(made.bos_token);
  made.eos_token_id = ids.get(made.eos_token);
  made.trie = new (made.trie.constructor as new () => typeof made.trie)();
  for (let from = 0; from < scores.length; from += BATCH) {
    made.trie.extend(texts.slice(from, from + BATCH));
    yield;
  }
}

/** Names of the tokens that a post-processor's template puts in front of a text and behind it. */
function endsOf(processor: unknown): { first: string | undefined; last: string | undefined } {
  const parts: readonly unknown[] =
    isJsonObject(processor) && Array.isArray(processor.processors) ? processor.processors : [processor];
  const template = parts.find((part) => isJsonObject(part) && part.type === 'TemplateProcessing');
  const single: readonly unknown[] =
    isJsonObject(template) && Array.isArray(template.single) ? template.single : [undefined];
  return { first: tokenOf(single.at(0)), last: tokenOf(single.at(-1)) };
}

function tokenOf(item: unknown): string | undefined {
  const token = isJsonObject(item) ? item.SpecialToken : undefined;
  return isJsonObject(token) && typeof token.id === 'string' ? token.id : undefined;
}
