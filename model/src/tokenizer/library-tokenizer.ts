import { Tokenizer as Library, type Model } from '@huggingface/tokenizers';
import { isJsonObject } from '../json.ts';
import { atOnce } from './in-slices.ts';
import { AddedTokens } from './json/added-tokens.ts';
import { BpeEncoder } from './json/bpe-encoder.ts';
import { correctDecoder } from './json/decoders.ts';
import { type EncodingSteps, encoding } from './json/encoding.ts';
import { correctNormalizer, notGrown } from './json/normalizers.ts';
import { preTokenizer } from './json/pre-tokenizers.ts';
import { isQuick } from './json/quick-parts.ts';
import { unigramEncoder } from './json/unigram-encoder.ts';
import type { WordEncoder } from './json/word-encoder.ts';
import { wordPieceEncoder } from './json/word-piece-encoder.ts';
import type { Patience } from './patience.ts';
import type { PlainTokenizer } from './plain-tokenizer.ts';
import type { AddedToken, TokenizerParts } from './tokenizer-file.ts';

/*
 * A tokenizer.json as Hugging Face's own program, which is written in Rust, reads it. Their library for JavaScript has WordPiece, the
 * normal forms, the decoders and the regular expressions. What it does not do as the original is in json/.
 */

/**
 * The tokeniser for what a file says.
 *
 * @param patience for what is done while it is made; what is done to texts later is for who asks
 * @throws at a part that the library does not know; TokenizerGivenUp
 */
export function* libraryTokenizer(parts: TokenizerParts, patience: Patience): Generator<void, PlainTokenizer> {
  const { addedTokens, vocabulary, json } = parts;
  const quick = isQuick(parts);
  const library = makeLibrary(parts);
  const { normalizer, decoder } = library;
  const normalise = (text: string): string => (normalizer === null ? text : notGrown(normalizer.normalize(text), text));
  const inWords = preTokenizer(json.pre_tokenizer);
  const isNormalised = ({ normalized, special }: AddedToken) => (normalized ?? special !== true) === true;
  const asTheyAre = addedTokens.filter((token) => !isNormalised(token));
  const toNormal = addedTokens.filter(isNormalised);
  const units = toNormal.reduce((sum, { content }) => sum + content.length, 0);
  const normal = patience.over(quick ? undefined : units, () => toNormal.map(({ content }) => normalise(content)));
  const special = new Map(
    addedTokens.filter((token) => token.special === true).map((token) => [token.content, token.id]),
  );
  const steps: EncodingSteps = {
    added: yield* AddedTokens.of(
      asTheyAre,
      asTheyAre.map(({ content }) => content),
    ),
    normalise,
    addedToNormal: yield* AddedTokens.of(toNormal, normal),
    inWords,
    words: yield* wordEncoder(library.model!, parts, special),
  };
  const ids = new Map(addedTokens.map(({ content, id }) => [content, id]));
  const texts = new Map(addedTokens.map(({ content, id }) => [id, content]));
  const ends = endsOf(json.post_processor);
  // As the original does since 0.23: what has been normalised on its way in is what a decoder expects.
  const decoded = new Map(toNormal.map(({ id }, i) => [id, normal[i]!]));
  const tokenText = (id: number): string | undefined => texts.get(id) ?? vocabulary.texts[id];
  return {
    encode: (text) => atOnce(encoding(text, true, steps)),
    encodeSpecial: (text) => atOnce(encoding(text, false, steps)),
    encoding: (text) => encoding(text, true, steps),
    encodingSpecial: (text) => encoding(text, false, steps),
    decode: (some) => {
      const tokens = some.map((id) => decoded.get(id) ?? tokenText(id) ?? '');
      return decoder === null ? tokens.join(' ') : decoder.decode(tokens);
    },
    tokenId: (token) => ids.get(token) ?? vocabulary.ids.get(token),
    tokenText,
    special,
    size: addedTokens.reduce((size, { id }) => Math.max(size, id + 1), vocabulary.size),
    around: {
      front: ends.front.flatMap((name) => special.get(name ?? '') ?? []),
      last: special.get(ends.last ?? ''),
    },
    named: {},
    isQuick: quick,
  };
}

/**
 * Of the library's models that of WordPiece alone is used. It gets the vocabulary that was built a piece at a time: by itself the
 * library builds its tables in one go, which takes a tenth of a second or more.
 */
function makeLibrary({ json, model, vocabulary }: TokenizerParts): Library {
  const parts = { decoder: null, post_processor: null, normalizer: null, ...json };
  const wordPiece = { ...model, type: 'WordPiece', vocab: {} };
  const library = new Library({ ...parts, pre_tokenizer: null, model: wordPiece, added_tokens: [] }, {});
  library.model!.tokens_to_ids = vocabulary.ids;
  correctNormalizer(library.normalizer);
  correctDecoder(library.decoder);
  return library;
}

function* wordEncoder(
  libraryModel: Model,
  parts: TokenizerParts,
  special: ReadonlyMap<string, number>,
): Generator<void, WordEncoder> {
  if (parts.model.type === 'Unigram') return yield* unigramEncoder(parts, special);
  const neverInText = new Set([...special.keys()].filter((text) => text !== parts.model.unk_token));
  if (parts.model.type === 'BPE') return new BpeEncoder(parts, neverInText);
  return wordPieceEncoder(libraryModel, parts.vocabulary, neverInText);
}

/** Names of the tokens that a post-processor puts in front of a text and behind it. */
function endsOf(processor: unknown): { front: (string | undefined)[]; last: string | undefined } {
  const parts: readonly unknown[] =
    isJsonObject(processor) && Array.isArray(processor.processors) ? processor.processors : [processor];
  for (const part of parts) {
    if (!isJsonObject(part)) continue;
    if (part.type === 'BertProcessing' || part.type === 'RobertaProcessing')
      return { front: [nameOf(part.cls)], last: nameOf(part.sep) };
    if (part.type === 'TemplateProcessing') {
      if (!Array.isArray(part.single)) throw new Error('A TemplateProcessing without a template for one text');
      const names = part.single.map(tokenOf);
      const text = names.indexOf(undefined);
      return { front: names.slice(0, Math.max(0, text)), last: names.at(-1) };
    }
  }
  return { front: [], last: undefined };
}

/** Of a name and its id. */
function nameOf(token: unknown): string | undefined {
  const name: unknown = Array.isArray(token) ? token[0] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function tokenOf(item: unknown): string | undefined {
  const token = isJsonObject(item) ? item.SpecialToken : undefined;
  return isJsonObject(token) && typeof token.id === 'string' ? token.id : undefined;
}
