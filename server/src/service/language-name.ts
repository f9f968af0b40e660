import { locale } from '../../../l10n/src/words.ts';

let known: { readonly locale: string; readonly names: Intl.DisplayNames } | undefined;

/** `Swedish` for `sv`; undefined for a code that has no name. */
export function languageName(language: string): string | undefined {
  if (known?.locale !== locale()) {
    known = { locale: locale(), names: new Intl.DisplayNames(locale(), { type: 'language', fallback: 'none' }) };
  }
  try {
    return known.names.of(language);
  } catch {
    return undefined;
  }
}
