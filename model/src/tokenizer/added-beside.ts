import { isJsonObject, type JsonObject } from '../json.ts';
import type { AddedToken } from './tokenizer-file.ts';
import { isId } from './vocabulary.ts';

/** The files beside a vocabulary, where the folder has them. */
export interface BesideVocabulary {
  /** tokenizer_config.json */
  readonly config?: JsonObject;
  /** special_tokens_map.json */
  readonly specialTokensMap?: JsonObject;
  /** added_tokens.json */
  readonly addedTokensFile?: JsonObject;
}

/**
 * Tokens that are added to those of a vocabulary, or of which more is said: by `added_tokens_decoder` of tokenizer_config.json, or by
 * added_tokens.json, which was all there was before transformers 4.34. Those that have a name (`pad_token`) are special.
 */
export function addedBeside({
  config = {},
  specialTokensMap = {},
  addedTokensFile = {},
}: BesideVocabulary): AddedToken[] {
  const named = namedTexts({ config, specialTokensMap });
  const { added_tokens_decoder: described } = config;
  const found: [content: unknown, id: unknown, flags: JsonObject][] = isJsonObject(described)
    ? Object.entries(described).flatMap(([id, token]) =>
        isJsonObject(token) ? [[token.content, Number(id), token]] : [],
      )
    : Object.entries(addedTokensFile).map(([content, id]) => [content, id, {}]);
  return found.flatMap(([content, id, flags]) =>
    isId(id) && typeof content === 'string' && content !== ''
      ? [{ ...flags, content, id, special: flags.special === true || named.has(content) }]
      : [],
  );
}

/** The texts of all tokens that have a name, such as `bos_token`. */
export function namedTexts({ config = {}, specialTokensMap = {} }: BesideVocabulary): ReadonlySet<string> {
  const named = [config, specialTokensMap]
    .flatMap((settings) => Object.entries(settings))
    .flatMap(([key, value]) => (/_tokens?$/.test(key) ? value : []))
    .map((value: unknown) => (isJsonObject(value) ? value.content : value));
  return new Set(named.filter((text) => typeof text === 'string'));
}
