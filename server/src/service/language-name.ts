const NAMES = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/** `Swedish` for `sv`; undefined for a code that has no name. */
export function languageName(language: string): string | undefined {
  try {
    return NAMES.of(language);
  } catch {
    return undefined;
  }
}
