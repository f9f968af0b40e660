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

export type RowLanguage = keyof typeof WORDS;

const OF_WORD = new Map<string, RowLanguage[]>();
for (const [language, words] of Object.entries(WORDS) as [RowLanguage, readonly string[]][]) {
  for (const word of words) OF_WORD.set(word, [...(OF_WORD.get(word) ?? []), language]);
}

/** The language that most texts seem to be in, of those that are easily told; undefined where nothing speaks for any. */
export function languageOf(texts: Iterable<string>): RowLanguage | undefined {
  const languages = Object.keys(WORDS) as RowLanguage[];
  const votes = new Map<RowLanguage, number>();
  for (const text of texts) {
    const words =
      text
        .normalize('NFC')
        .toLowerCase()
        .match(/\p{L}+/gu) ?? [];
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
