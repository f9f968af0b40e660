import { createHash } from 'node:crypto';
import { t } from '../../l10n/src/words.ts';
import { type ChatReading, chatTemplateOf, namedTokens, readChatFrame } from './chat/chat-template.ts';
import { isJsonObject } from './json.ts';
import { failureOf } from './shown.ts';
import { addedBeside, type BesideVocabulary } from './tokenizer/added-beside.ts';
import { atOnce, inSlices } from './tokenizer/in-slices.ts';
import { libraryTokenizer } from './tokenizer/library-tokenizer.ts';
import { Patience, TokenizerGivenUp } from './tokenizer/patience.ts';
import type { PlainTokenizer } from './tokenizer/plain-tokenizer.ts';
import { sentencePieceTokenizer } from './tokenizer/sentencepiece/sentencepiece-tokenizer.ts';
import { type AddedToken, readTokenizerFile } from './tokenizer/tokenizer-file.ts';
import { asTokenizerJson, readVocabAndMerges } from './tokenizer/vocab-and-merges.ts';
import { UnusableTokenizer } from './tokenizer/vocabulary.ts';

export interface Tokenizer {
  /**
   * Token ids of plain text. No special tokens are added, and the text of a special token (`<|endoftext|>` in a data
   * row) is encoded letter by letter, never as that token.
   * @throws TokenizerGivenUp where the tokeniser takes too long over the text or fails at it, and from then on, as do
   * `encodeSpecial` and `decode`
   */
  encode(text: string): number[];
  /** As `encode`, but the texts of special tokens become those tokens. For text of our own, never for data. */
  encodeSpecial(text: string): number[];
  /** As `encode`, in steps of a fraction of a millisecond, for a thread that others want as well. */
  encoding?(text: string): Generator<void, number[]>;
  /** As `encodeSpecial`, in such steps. */
  encodingSpecial?(text: string): Generator<void, number[]>;
  /** Text of token ids without the special ones; ids that the tokeniser does not know are left out. */
  decode(ids: readonly number[]): string;
  tokenId(token: string): number | undefined;
  /** The token as the vocabulary spells it (`Ġhello`), for display. */
  tokenText(id: number): string | undefined;
  isSpecial(id: number): boolean;
  /** One more than the highest id. */
  readonly vocabSize: number;
  /** What the model's own programs put in front of every text; else the token that they call the first one. */
  readonly bosId?: number;
  readonly eosId?: number;
  /** Whether the model's own programs put `bosId` in front of every text. */
  readonly addsBos: boolean;
  /** Whether they put `eosId` behind every text. */
  readonly addsEos: boolean;
  /** SHA-256 of the tokeniser's file, hexadecimal. */
  readonly hash: string;
  /** Reads the model's own chat template; undefined where it has none. */
  chat?(): ChatReading;
  /** Why it encodes nothing any more, in a line; undefined while it does. */
  givenUp?(): string | undefined;
}

/** The ids of a text in steps, where the tokeniser can take some; else in one. */
export function* encoding(tokenizer: Pick<Tokenizer, 'encode' | 'encoding'>, text: string): Generator<void, number[]> {
  return tokenizer.encoding === undefined ? tokenizer.encode(text) : yield* tokenizer.encoding(text);
}

/** As `encoding`, the texts of special tokens being those tokens. */
export function* encodingSpecial(tokenizer: Tokenizer, text: string): Generator<void, number[]> {
  return tokenizer.encodingSpecial === undefined
    ? tokenizer.encodeSpecial(text)
    : yield* tokenizer.encodingSpecial(text);
}

/** Files that hold a tokeniser, the one that is looked for first in front. */
export const TOKENIZER_FILES = ['tokenizer.json', 'spiece.model', 'tokenizer.model', 'vocab.json'] as const;

export interface TokenizerFiles extends BesideVocabulary {
  /** The bytes of tokenizer.json, of a SentencePiece model, or of vocab.json. */
  readonly tokenizer: Uint8Array;
  /** Which it is; tokenizer.json when it is left out. */
  readonly name?: (typeof TOKENIZER_FILES)[number];
  /** The model's folder, to be named where the tokeniser is given up later. */
  readonly folder?: string;
  /** The bytes of merges.txt, which goes with vocab.json. */
  readonly merges?: Uint8Array;
  /** Whether all added tokens count as special; else those that the file calls so. */
  readonly addedTokens?: 'special';
  /** chat_template.jinja, where the folder has one; else that of tokenizer_config.json counts. */
  readonly chatTemplate?: string;
  /**
   * How many tokens the model has embeddings of. Special tokens beyond them are left out: Gemma 3 of 1 B lists one for images,
   * which only its larger siblings know.
   */
  readonly modelVocabSize?: number;
  /** What the model's configuration says; used where the tokeniser's own files are silent. */
  readonly bosId?: number;
  readonly eosId?: number;
}

export type TokenizerResult =
  | { readonly kind: 'ok'; readonly tokenizer: Tokenizer }
  | { readonly kind: 'broken'; readonly problem: string };

/**
 * Reads a tokeniser in the format of Hugging Face `tokenizers`, of SentencePiece, or of GPT-2's first program (vocab.json and
 * merges.txt). Malformed files give a problem that names them.
 */
export function parseTokenizer(files: TokenizerFiles): TokenizerResult {
  return atOnce(parsing(files));
}

/**
 * As `parseTokenizer`, for a thread that others want as well.
 * @param breathe is called every few milliseconds and resolves when others have had their turn
 */
export function openTokenizer(files: TokenizerFiles, breathe: () => Promise<void>): Promise<TokenizerResult> {
  return inSlices(parsing(files), breathe);
}

function* parsing(files: TokenizerFiles): Generator<void, TokenizerResult> {
  const { name = 'tokenizer.json' } = files;
  const isInTwo = name === 'vocab.json';
  const patience = new Patience(name, files.folder);
  const bytes = isInTwo ? asTokenizerJson(files.tokenizer, files.merges ?? new Uint8Array()) : files.tokenizer;
  try {
    const plain = name.endsWith('.model')
      ? yield* sentencePieceTokenizer(bytes, files.config ?? {}, inModel(addedBeside(files), files))
      : yield* readingJson(bytes, files, isInTwo, patience);
    const hash = yield* hashing(bytes);
    return { kind: 'ok', tokenizer: wrap(plain, files, hash, patience) };
  } catch (error) {
    if (error instanceof TokenizerGivenUp) return { kind: 'broken', problem: error.reason };
    const why = error instanceof UnusableTokenizer ? error.message : t('cannot be used: {0}', failureOf(error));
    return { kind: 'broken', problem: `${name} ${why}` };
  }
}

function* readingJson(
  bytes: Uint8Array,
  files: TokenizerFiles,
  isInTwo: boolean,
  patience: Patience,
): Generator<void, PlainTokenizer> {
  const parts = yield* isInTwo ? readVocabAndMerges(bytes, files) : readTokenizerFile(bytes);
  const added = files.addedTokens === 'special' ? parts.addedTokens.map(asSpecial) : parts.addedTokens;
  return yield* libraryTokenizer({ ...parts, addedTokens: inModel(added, files) }, patience);
}

function inModel(tokens: readonly AddedToken[], { modelVocabSize }: TokenizerFiles): AddedToken[] {
  return tokens.filter(({ id, special }) => special !== true || id < (modelVocabSize ?? Number.POSITIVE_INFINITY));
}

function asSpecial(token: AddedToken): AddedToken {
  return { ...token, special: true };
}

/** In bytes. */
const HASH_PIECE = 2 ** 18;

function* hashing(bytes: Uint8Array): Generator<void, string> {
  const hash = createHash('sha256');
  for (let from = 0; from < bytes.length; from += HASH_PIECE) {
    hash.update(bytes.subarray(from, from + HASH_PIECE));
    yield;
  }
  return hash.digest('hex');
}

/** UTF-16 units of a text, or tokens, over which a tokeniser that is known to be quick needs no clock. */
const SHORT = 4_096;

function wrap(plain: PlainTokenizer, files: TokenizerFiles, hash: string, patience: Patience): Tokenizer {
  const { tokenId, tokenText, special, named, around } = plain;
  const specialIds = new Set(special.values());
  const namedBos = namedId('bos_token', files, tokenId) ?? files.bosId ?? tokenId(named.bos ?? '');
  // Of XGLM it is the token that is called the last one. Where the configuration says whether there is one, the named one counts.
  const bosId =
    around.front.length === 1 && saysWhether(files, 'add_bos_token') === undefined ? around.front[0] : namedBos;
  const eosId = namedId('eos_token', files, tokenId) ?? files.eosId ?? tokenId(named.eos ?? '');
  const template = files.chatTemplate ?? chatTemplateOf(files.config);
  let chat: ChatReading | undefined;
  const timed = (size: number): number | undefined => (plain.isQuick && size <= SHORT ? undefined : size);
  return {
    encode: (text) => patience.over(timed(text.length), () => plain.encode(text)),
    encodeSpecial: (text) => patience.over(timed(text.length), () => plain.encodeSpecial(text)),
    encoding: (text) => patience.through(timed(text.length), plain.encoding(text)),
    encodingSpecial: (text) => patience.through(timed(text.length), plain.encodingSpecial(text)),
    decode: (ids) => {
      const known = ids.filter((id) => !specialIds.has(id) && tokenText(id) !== undefined);
      return known.length === 0 ? '' : patience.over(timed(known.length), () => plain.decode(known));
    },
    tokenId,
    tokenText,
    isSpecial: (id) => specialIds.has(id),
    vocabSize: plain.size,
    ...(bosId === undefined ? {} : { bosId }),
    ...(eosId === undefined ? {} : { eosId }),
    addsBos: bosId !== undefined && (saysWhether(files, 'add_bos_token') ?? around.front[0] === bosId),
    addsEos: eosId !== undefined && (saysWhether(files, 'add_eos_token') ?? around.last === eosId),
    hash,
    givenUp: () => patience.end?.message,
    ...(template === undefined
      ? {}
      : { chat: () => (chat ??= readChatFrame(template, namedTokens(files.config, files.specialTokensMap))) }),
  };
}

function saysWhether({ config }: TokenizerFiles, key: 'add_bos_token' | 'add_eos_token'): boolean | undefined {
  const said = config?.[key];
  return typeof said === 'boolean' ? said : undefined;
}

/** The id of the token that the tokeniser's own files give a name. */
function namedId(
  key: 'bos_token' | 'eos_token',
  { config, specialTokensMap }: TokenizerFiles,
  tokenId: (token: string) => number | undefined,
): number | undefined {
  for (const source of [config, specialTokensMap]) {
    const value = source?.[key];
    const text = isJsonObject(value) ? value.content : value;
    const id = typeof text === 'string' ? tokenId(text) : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}
