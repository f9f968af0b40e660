import { createHash } from 'node:crypto';
import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { isJsonObject, type JsonObject } from './json.ts';
import { atOnce, inSlices } from './tokenizer/in-slices.ts';
import { makeLibraryTokenizer } from './tokenizer/library-tokenizer.ts';
import { readTokenizerFile, type TokenizerParts } from './tokenizer/tokenizer-file.ts';
import { UnusableTokenizer } from './tokenizer/vocabulary.ts';

export interface Tokenizer {
  /**
   * Token ids of plain text. No special tokens are added, and the text of a special token (`<|endoftext|>` in a data
   * row) is encoded letter by letter, never as that token.
   */
  encode(text: string): number[];
  /** As `encode`, but the texts of special tokens become those tokens. For text of our own, never for data. */
  encodeSpecial(text: string): number[];
  /** Text of token ids without the special ones; ids that the tokeniser does not know are left out. */
  decode(ids: readonly number[]): string;
  tokenId(token: string): number | undefined;
  /** The token as the vocabulary spells it (`Ġhello`), for display. */
  tokenText(id: number): string | undefined;
  isSpecial(id: number): boolean;
  /** One more than the highest id. */
  readonly vocabSize: number;
  readonly bosId?: number;
  readonly eosId?: number;
  /** SHA-256 of tokenizer.json, hexadecimal. */
  readonly hash: string;
}

export interface TokenizerFiles {
  /** The bytes of tokenizer.json. */
  readonly tokenizer: Uint8Array;
  /** Whether all added tokens count as special; else those that the file calls so. */
  readonly addedTokens?: 'special';
  /** tokenizer_config.json, where the folder has one. */
  readonly config?: JsonObject;
  /** special_tokens_map.json, where the folder has one. */
  readonly specialTokensMap?: JsonObject;
  /** What the model's configuration says; used where the tokeniser's own files are silent. */
  readonly bosId?: number;
  readonly eosId?: number;
}

export type TokenizerResult =
  | { readonly kind: 'ok'; readonly tokenizer: Tokenizer }
  | { readonly kind: 'broken'; readonly problem: string };

/** Reads a tokeniser in the format of Hugging Face `tokenizers`. Malformed files give a problem that names them. */
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
  try {
    const read = yield* readTokenizerFile(files.tokenizer);
    const parts = files.addedTokens === 'special' ? withAllSpecial(read) : read;
    const library = yield* makeLibraryTokenizer(parts, files.config ?? {});
    const hash = yield* hashing(files.tokenizer);
    return { kind: 'ok', tokenizer: wrap(library, parts, files, hash) };
  } catch (error) {
    const { message } = error as Error;
    const why = error instanceof UnusableTokenizer ? message : `cannot be used: ${message}`;
    return { kind: 'broken', problem: `tokenizer.json ${why}` };
  }
}

function withAllSpecial(parts: TokenizerParts): TokenizerParts {
  return { ...parts, addedTokens: parts.addedTokens.map((token) => ({ ...token, special: true })) };
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

function wrap(
  library: Library,
  { addedTokens, vocabulary }: TokenizerParts,
  files: TokenizerFiles,
  hash: string,
): Tokenizer {
  const special = new Map(
    addedTokens.filter((token) => token.special === true).map(({ content, id }) => [content, id]),
  );
  const specialById = new Map([...special].map(([text, id]) => [id, text]));
  const texts = [...special.keys()].sort((a, b) => b.length - a.length);
  const pattern = texts.length > 0 ? new RegExp(`(${texts.map(escapeRegExp).join('|')})`) : undefined;

  const encodePlain = (text: string): number[] =>
    // A character for which a vocabulary without an unknown token has no entry gives undefined.
    text === '' ? [] : library.encode(text, { add_special_tokens: false }).ids.filter((id) => id !== undefined);

  const encode = (text: string): number[] => {
    const ids = encodePlain(text);
    if (!pattern || !ids.some((id) => specialById.has(id)) || !pattern.test(text)) return ids;
    // The model's own vocabulary holds the special token too, and matched it. Cut inside its text.
    return text.split(pattern).flatMap((part, i) => (i % 2 ? [...part].flatMap(encodePlain) : encodePlain(part)));
  };

  const encodeSpecial = (text: string): number[] =>
    pattern ? text.split(pattern).flatMap((part, i) => (i % 2 ? [special.get(part)!] : encode(part))) : encode(text);

  const tokenId = (token: string): number | undefined => special.get(token) ?? library.token_to_id(token);
  const tokenText = (id: number): string | undefined => specialById.get(id) ?? library.id_to_token(id);

  const named = (key: 'bos_token' | 'eos_token', fallback: number | undefined): number | undefined => {
    for (const source of [files.config, files.specialTokensMap]) {
      const value = source?.[key];
      const text = isJsonObject(value) ? value.content : value;
      const id = typeof text === 'string' ? tokenId(text) : undefined;
      if (id !== undefined) return id;
    }
    return fallback;
  };

  const bosId = named('bos_token', files.bosId);
  const eosId = named('eos_token', files.eosId);
  return {
    encode,
    encodeSpecial,
    decode: (ids) => {
      const known = ids.filter((id) => !specialById.has(id) && library.id_to_token(id) !== undefined);
      // Cleaning up spaces would make "a ." and "a." the same answer.
      return known.length === 0 ? '' : library.decode(known, { clean_up_tokenization_spaces: false });
    },
    tokenId,
    tokenText,
    isSpecial: (id) => specialById.has(id),
    vocabSize: Math.max(vocabulary.size, ...[...specialById.keys()].map((id) => id + 1)),
    ...(bosId === undefined ? {} : { bosId }),
    ...(eosId === undefined ? {} : { eosId }),
    hash,
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
