import { locale } from '../../l10n/src/words.ts';
import { allNear } from './nearest.ts';

/**
 * The codes that a language which is not among them was most likely meant to be, the likeliest first: the same language as another
 * standard or a region writes it (`swe`, `sv-SE`), one that has the name (in English, in the language that is spoken here or in
 * itself, such as `Swedish` and `svenska`), or one with a code or name that is near.
 */
export function nearLanguages(language: string, codes: readonly string[]): string[] {
  const wanted = canonical(language);
  const same = codes.filter((code) => wanted !== undefined && canonical(code) === wanted);
  if (same.length > 0) return same;
  const owners = ownersOf(codes);
  const words = [folded(language), ...folded(language).split(/[^\p{L}\p{M}]+/u)];
  const named = words.flatMap((word) => owners.get(word) ?? []);
  if (named.length > 0) return [...new Set(named)];
  const near = allNear(language, owners.keys()).map((name) => owners.get(name)!);
  return [...new Set(near.length > 0 ? near : allNear(language, codes))];
}

/** The language of a code, without its region; undefined for what is no code. Bokmål is Norwegian to models that tell two at all. */
function canonical(code: string): string | undefined {
  try {
    const { language } = new Intl.Locale(code.trim().replaceAll('_', '-'));
    return language === 'nb' ? 'no' : language;
  } catch {
    return undefined;
  }
}

const known = new WeakMap<
  readonly string[],
  { readonly locale: string; readonly owners: ReadonlyMap<string, string> }
>();

/** Codes by the names of their languages. It takes milliseconds to find them, and a model is asked again at every keystroke. */
function ownersOf(codes: readonly string[]): ReadonlyMap<string, string> {
  const kept = known.get(codes);
  if (kept?.locale === locale()) return kept.owners;
  const owners = new Map(codes.flatMap((code) => namesOf(code).map((name) => [name, code] as const)));
  known.set(codes, { locale: locale(), owners });
  return owners;
}

/** A code is looked up in these languages, and in itself. */
function namesOf(code: string): string[] {
  return ['en', locale(), code].flatMap((speaker) => {
    try {
      const name = new Intl.DisplayNames(speaker, { type: 'language', fallback: 'none' }).of(code);
      return name === undefined ? [] : [folded(name)];
    } catch {
      return [];
    }
  });
}

function folded(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}
