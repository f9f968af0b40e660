import { createHash } from 'node:crypto';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { isJsonObject, type JsonObject } from './json.ts';

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
  const vocabulary = readVocabulary(files.tokenizer);
  if (typeof vocabulary === 'string') return { kind: 'broken', problem: `tokenizer.json ${vocabulary}` };
  try {
    return { kind: 'ok', tokenizer: wrap(vocabulary, files) };
  } catch (error) {
    return { kind: 'broken', problem: `tokenizer.json cannot be used: ${(error as Error).message}` };
  }
}

const MODEL_TYPES: readonly unknown[] = ['BPE', 'Unigram', 'WordPiece'];

interface Vocabulary {
  readonly json: JsonObject;
  /** Text to id and back, of the special tokens alone. */
  readonly special: ReadonlyMap<string, number>;
  readonly specialById: ReadonlyMap<number, string>;
  readonly addedTokens: readonly JsonObject[];
  readonly size: number;
}

/** Checks what the library takes on trust: that ids are ids, and that tokens have texts. */
function readVocabulary(bytes: Uint8Array): Vocabulary | string {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'is not valid JSON';
  }
  if (!isJsonObject(json) || !isJsonObject(json.model)) return `has no 'model'`;
  const { vocab, type } = json.model;
  // Old files have no type, and the library infers it; a type that it does not know it would infer wrongly.
  if (type !== undefined && !MODEL_TYPES.includes(type))
    return `has a model of type ${JSON.stringify(type)} (supported: ${MODEL_TYPES.join(', ')})`;
  let highest = -1;
  if (Array.isArray(vocab)) highest = vocab.length - 1;
  else if (isJsonObject(vocab)) {
    for (const [token, id] of Object.entries(vocab)) {
      if (!isId(id)) return `gives the token '${token}' the id ${JSON.stringify(id)}`;
      if (id > highest) highest = id;
    }
  } else return `has no 'model.vocab'`;
  const added = json.added_tokens ?? [];
  if (!Array.isArray(added)) return `has an 'added_tokens' that is not a list`;
  const special = new Map<string, number>();
  for (const token of added) {
    if (!isJsonObject(token) || typeof token.content !== 'string' || token.content === '' || !isId(token.id))
      return 'has an added token without a text or an id';
    if (token.id > highest) highest = token.id;
    if (token.special === true) special.set(token.content, token.id);
  }
  if (highest < 0) return 'has an empty vocabulary';
  const specialById = new Map([...special].map(([text, id]) => [id, text]));
  return { json, special, specialById, addedTokens: added as JsonObject[], size: highest + 1 };
}

/** No vocabulary has 2^24 tokens; a larger id would only make the library allocate. */
function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 24;
}

function wrap({ json, special, specialById, addedTokens, size }: Vocabulary, files: TokenizerFiles): Tokenizer {
  // The library splits text at every added token that it is told of, so it is not told of the special ones.
  const library = new Library(
    {
      decoder: null,
      post_processor: null,
      pre_tokenizer: null,
      normalizer: null,
      ...json,
      added_tokens: addedTokens.filter((token) => token.special !== true),
    },
    files.config ?? {},
  );
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
    vocabSize: size,
    ...(bosId === undefined ? {} : { bosId }),
    ...(eosId === undefined ? {} : { eosId }),
    hash: createHash('sha256').update(files.tokenizer).digest('hex'),
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
