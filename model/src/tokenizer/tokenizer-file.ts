import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { shown } from '../shown.ts';
import { readJsonInPieces } from './json-pieces.ts';
import { isId, UnusableTokenizer, Vocabulary } from './vocabulary.ts';

/** What a tokenizer.json says, or another file that means the same. */
export interface TokenizerParts {
  /** All of it but the vocabulary and the merges. */
  readonly json: JsonObject;
  readonly model: JsonObject & { readonly type: 'BPE' | 'Unigram' | 'WordPiece' };
  readonly vocabulary: Vocabulary;
  readonly addedTokens: readonly AddedToken[];
}

export type AddedToken = JsonObject & { readonly content: string; readonly id: number };

const MODEL_TYPES: readonly unknown[] = ['BPE', 'Unigram', 'WordPiece'];

/**
 * Reads a tokenizer.json and checks what the library takes on trust: that ids are ids, and that tokens have texts.
 * @throws UnusableTokenizer
 */
export function* readTokenizerFile(bytes: Uint8Array): Generator<void, TokenizerParts> {
  const vocabulary = new Vocabulary();
  let json: unknown;
  try {
    json = yield* readJsonInPieces(bytes, {
      model: {
        vocab: (piece) => {
          // An object that was parsed inherits nothing, and a list of its entries would only be garbage.
          if (isJsonObject(piece)) for (const token in piece) vocabulary.add(token, piece[token]);
          else for (const entry of piece as readonly unknown[]) vocabulary.addScored(entry);
        },
        merges: (piece) => {
          if (Array.isArray(piece)) for (const merge of piece) vocabulary.addMerge(merge);
        },
      },
    });
  } catch (error) {
    if (error instanceof UnusableTokenizer) throw error;
    throw new UnusableTokenizer(t('is not valid JSON'));
  }
  if (!isJsonObject(json) || !isJsonObject(json.model)) throw new UnusableTokenizer(t("has no 'model'"));
  const { model } = json;
  const added = json.added_tokens ?? [];
  const type = typeOf(model);
  if (!Array.isArray(added)) throw new UnusableTokenizer(t("has an 'added_tokens' that is not a list"));
  const addedTokens = added.map((token: unknown) => {
    if (!isAddedToken(token)) throw new UnusableTokenizer(t('has an added token without a text or an id'));
    return token;
  });
  if (vocabulary.size === 0 && addedTokens.length === 0) throw new UnusableTokenizer(t('has an empty vocabulary'));
  return { json, model: { ...model, type }, vocabulary, addedTokens };
}

function typeOf({
  type,
  vocab,
  merges,
  continuing_subword_prefix: prefix,
}: JsonObject): TokenizerParts['model']['type'] {
  if (type !== undefined && !MODEL_TYPES.includes(type)) {
    const supported = MODEL_TYPES.join(', ');
    throw new UnusableTokenizer(t('has a model of type {0} (supported: {1})', shown(type), supported));
  }
  if (typeof vocab !== 'object' || vocab === null) throw new UnusableTokenizer(t("has no 'model.vocab'"));
  // Old files do not say.
  const actual = type ?? (Array.isArray(vocab) ? 'Unigram' : merges === undefined ? 'WordPiece' : 'BPE');
  if (Array.isArray(vocab) !== (actual === 'Unigram')) {
    throw new UnusableTokenizer(t("has a 'model.vocab' that does not go with its type, {0}", String(actual)));
  }
  if (actual === 'BPE' && !Array.isArray(merges)) throw new UnusableTokenizer(t("has no 'model.merges'"));
  // The library does not know it, and would give other ids without a word.
  if (actual === 'BPE' && typeof prefix === 'string' && prefix !== '')
    throw new UnusableTokenizer(t("has a 'model.continuing_subword_prefix', which is not supported"));
  return actual as TokenizerParts['model']['type'];
}

function isAddedToken(token: unknown): token is AddedToken {
  return isJsonObject(token) && typeof token.content === 'string' && token.content !== '' && isId(token.id);
}
