/**
 * Words that hardly a text of the language is without, for languages that the demo model knows and that are easily taken for one
 * another. Where two have as many, the one that comes first here counts.
 */
const WORDS = {
  en: ['the', 'and', 'of', 'to', 'is', 'for', 'with', 'that', 'not', 'it', 'has', 'was', 'you', 'my', 'a', 'this'],
  sv: ['och', 'att', 'det', 'är', 'som', 'på', 'för', 'med', 'av', 'till', 'inte', 'den', 'har', 'jag', 'ett', 'en'],
  no: ['og', 'at', 'det', 'er', 'som', 'på', 'for', 'med', 'av', 'til', 'ikke', 'den', 'har', 'jeg', 'et', 'en', 'å'],
  da: ['og', 'at', 'det', 'er', 'som', 'på', 'for', 'med', 'af', 'til', 'ikke', 'den', 'har', 'jeg', 'et', 'en', 'mig'],
  is: ['og', 'að', 'það', 'er', 'sem', 'á', 'fyrir', 'með', 'af', 'til', 'ekki', 'hefur', 'ég', 'eitt', 'í', 'var'],
  fo: ['og', 'at', 'tað', 'er', 'sum', 'á', 'fyri', 'við', 'av', 'til', 'ikki', 'hevur', 'eg', 'eitt', 'í', 'var'],
  fi: ['ja', 'että', 'se', 'on', 'joka', 'ei', 'oli', 'mutta', 'kun', 'myös', 'ovat', 'minä', 'mitä', 'ole', 'voi'],
} as const;

/**
 * Languages that the letters tell, and those by which a text is in their script. Of languages that share one stands that with the most
 * speakers, behind those with letters of their own, of which `sign` is one.
 */
const SCRIPTS = [
  { language: 'ja', sign: /[\p{sc=Hiragana}\p{sc=Katakana}]/u, script: /[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/gu },
  { language: 'zh', script: /\p{sc=Han}/gu },
  { language: 'ko', script: /\p{sc=Hangul}/gu },
  { language: 'ur', sign: /[ٹڈڑںے]/, script: /\p{sc=Arabic}/gu },
  { language: 'fa', sign: /[پچژگکی]/, script: /\p{sc=Arabic}/gu },
  { language: 'ar', script: /\p{sc=Arabic}/gu },
  { language: 'he', script: /\p{sc=Hebrew}/gu },
  { language: 'uk', sign: /[іїєґ]/i, script: /\p{sc=Cyrillic}/gu },
  { language: 'ru', script: /\p{sc=Cyrillic}/gu },
  { language: 'el', script: /\p{sc=Greek}/gu },
  { language: 'ka', script: /\p{sc=Georgian}/gu },
  { language: 'hy', script: /\p{sc=Armenian}/gu },
  { language: 'am', script: /\p{sc=Ethiopic}/gu },
  { language: 'hi', script: /\p{sc=Devanagari}/gu },
  { language: 'bn', script: /\p{sc=Bengali}/gu },
  { language: 'pa', script: /\p{sc=Gurmukhi}/gu },
  { language: 'gu', script: /\p{sc=Gujarati}/gu },
  { language: 'ta', script: /\p{sc=Tamil}/gu },
  { language: 'te', script: /\p{sc=Telugu}/gu },
  { language: 'kn', script: /\p{sc=Kannada}/gu },
  { language: 'ml', script: /\p{sc=Malayalam}/gu },
  { language: 'si', script: /\p{sc=Sinhala}/gu },
  { language: 'th', script: /\p{sc=Thai}/gu },
  { language: 'lo', script: /\p{sc=Lao}/gu },
  { language: 'km', script: /\p{sc=Khmer}/gu },
  { language: 'my', script: /\p{sc=Myanmar}/gu },
  { language: 'bo', script: /\p{sc=Tibetan}/gu },
] as const satisfies readonly { readonly language: string; readonly sign?: RegExp; readonly script: RegExp }[];

export type RowLanguage = keyof typeof WORDS | (typeof SCRIPTS)[number]['language'];

const OF_WORD = new Map<string, RowLanguage[]>();
for (const [language, words] of Object.entries(WORDS) as [keyof typeof WORDS, readonly string[]][]) {
  for (const word of words) OF_WORD.set(word, [...(OF_WORD.get(word) ?? []), language]);
}

/** The language that most texts seem to be in, of those that are easily told; undefined where nothing speaks for any. */
export function languageOf(texts: Iterable<string>): RowLanguage | undefined {
  const languages = [...(Object.keys(WORDS) as RowLanguage[]), ...SCRIPTS.map(({ language }) => language)];
  const votes = new Map<RowLanguage, number>();
  for (const text of texts) {
    const composed = text.normalize('NFC');
    const told = languageOfScript(composed);
    if (told !== undefined) {
      votes.set(told, (votes.get(told) ?? 0) + 1);
      continue;
    }
    const words = composed.toLowerCase().match(/\p{L}+/gu) ?? [];
    const counts = new Map<RowLanguage, number>();
    for (const language of words.flatMap((word) => OF_WORD.get(word) ?? [])) {
      counts.set(language, (counts.get(language) ?? 0) + 1);
    }
    const most = Math.max(...counts.values());
    for (const [language, count] of counts) if (count === most) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  const winner = Math.max(...votes.values());
  return languages.find((language) => votes.get(language) === winner);
}

/** The language of a text most of whose letters are of a script that tells it. */
function languageOfScript(text: string): RowLanguage | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return SCRIPTS.find(
    ({ script, ...one }) =>
      (!('sign' in one) || one.sign.test(text)) && (text.match(script)?.length ?? 0) * 2 > letters,
  )?.language;
}
