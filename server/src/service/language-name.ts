/** `Swedish` for `sv`; undefined for a code that has no name. */
export function languageName(language: string): string | undefined {
  try {
    return new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(language);
  } catch {
    return undefined;
  }
}
