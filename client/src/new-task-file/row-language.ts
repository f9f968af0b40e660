/** Words that hardly a text of the language is without, and that the other one does not have. */
const WORDS = {
  sv: ['och', 'att', 'det', 'är', 'som', 'på', 'för', 'med', 'av', 'till', 'inte', 'den', 'har', 'jag', 'ett', 'en'],
  en: ['the', 'and', 'of', 'to', 'is', 'for', 'with', 'that', 'not', 'it', 'has', 'was', 'you', 'my', 'a', 'this'],
} as const;

export type RowLanguage = keyof typeof WORDS;

/** The language that texts seem to be in, of those that the demo model is proposed for; undefined where nothing speaks for either. */
export function languageOf(texts: Iterable<string>): RowLanguage | undefined {
  let lead = 0;
  for (const text of texts) {
    const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
    const count = (language: RowLanguage) => words.filter((word) => WORDS[language].includes(word as never)).length;
    lead += Math.sign(count('sv') - count('en'));
  }
  return lead === 0 ? undefined : lead > 0 ? 'sv' : 'en';
}
