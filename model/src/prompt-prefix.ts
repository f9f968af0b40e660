import { t } from '../../l10n/src/words.ts';
import { isJsonObject } from './json.ts';

/** Text that stands before every prompt, in training and in prediction. */
export interface PromptPrefix {
  /** Special tokens by their text; `{language}` stands for a language code. */
  readonly template: string;
  /** Language codes that the backbone knows; empty where the template has no `{language}`. */
  readonly languages: readonly string[];
}

/**
 * Reads the `ptask` key of a `config.json`: `{ "prefix": "<|{language}|>…", "languages": ["sv", …] }`.
 * @returns undefined when the key is absent, text when it is malformed
 */
export function readPromptPrefix(value: unknown): PromptPrefix | string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) return t("config.json: 'ptask' is not an object");
  const { prefix, languages } = value;
  if (prefix === undefined) return undefined;
  if (typeof prefix !== 'string') return t("config.json: 'ptask.prefix' is not text");
  const codes = languages ?? [];
  if (!Array.isArray(codes) || !codes.every((code) => typeof code === 'string'))
    return t("config.json: 'ptask.languages' is not a list of language codes");
  return { template: prefix, languages: codes };
}

/**
 * The prefix for a language, as text for `Tokenizer.encodeSpecial`. A backbone without a prefix has the empty one,
 * whatever the language.
 * @param language a code such as `sv`; needed when the prefix names a language
 */
export function promptPrefixText(
  prefix: PromptPrefix | undefined,
  language: string | undefined,
): { readonly text: string } | { readonly problem: string } {
  if (!prefix) return { text: '' };
  if (!prefix.template.includes('{language}')) return { text: prefix.template };
  if (language === undefined)
    return { problem: t('this model marks the language in every prompt: set "language", for example "en" or "sv"') };
  if (!prefix.languages.includes(language))
    return {
      problem: t(
        "this model does not know the language '{0}'; it knows {1}",
        language,
        someLanguages(prefix.languages),
      ),
    };
  return { text: prefix.template.replaceAll('{language}', language) };
}

/** More codes are no help where one is wanted. */
export const MOST_LISTED = 12;

/** Codes for a message: all while they are few, else the first of them and how many there are. */
export function someLanguages(codes: readonly string[]): string {
  if (codes.length <= MOST_LISTED) return codes.join(', ');
  return t('{0} … ({1} in all)', codes.slice(0, MOST_LISTED).join(', '), codes.length);
}
