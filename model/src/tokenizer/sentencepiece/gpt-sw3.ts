/*
 * What GPT-SW3 does to a text before SentencePiece sees it, as when it was trained (`preprocess_text` of the reference).
 */

/** Control characters but tab and line feed, and characters that take no place. */
const INVISIBLE = /(?![\t\n])[\p{Cc}\u00a0\u00ad\u200b]/gu;

const SPACES = /[\u2002\u2003\u2005\u2008-\u200a\u202f\u3000\ufffc]/g;

export function prepareForGptSw3(text: string): string {
  return text.replaceAll(INVISIBLE, '').replaceAll(SPACES, ' ').normalize('NFC');
}
