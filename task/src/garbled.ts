import type { Span } from './json-tree.ts';

/** What stands in Windows-1252 where Latin-1 has 0x80 to 0x9F; both are taken for what UTF-8 is not. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const FOLLOWING = `\u0080-\u00bf${WINDOWS.replaceAll(/[\u0080-\u00bf]/g, '')}`;

/**
 * Letters of UTF-8 that were read as Windows-1252 or Latin-1, such as Ã¤ for ä. What may stand behind a letter in sound text
 * does not count, such as a quotation mark, dots, a dash or a hard space behind Ã.
 */
const SIGN = new RegExp(
  [
    '[ÃÂ](?![\\u00a0«»…‘’“”•–—])[FOLLOWING]',
    'â[€\\u0080‚\\u0082][FOLLOWING]',
    'ð[Ÿ\\u009f][FOLLOWING]{2}',
    '(?:[ÐÑ][FOLLOWING]){2}',
  ]
    .join('|')
    .replaceAll('FOLLOWING', FOLLOWING),
  'u',
);

/** What stands in place of a letter that could not be read. */
const LOST = '\ufffd';
/** One of the two units of an emoji or another rare letter without the other, as where a text was cut between them. */
const HALF = /\p{Surrogate}/u;

const HIGH = new RegExp(`[\\u0080-\\u00ff${WINDOWS}]+`, 'gu');
const BYTES: ReadonlyMap<string, number> = new Map([...WINDOWS].map((letter, i) => [letter, 0x80 + i]));
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** With one of these begins all that counts. */
const BEGINNINGS = ['Ã', 'Â', 'â€', 'â\u0080', 'â‚', 'â\u0082', 'Ð', 'Ñ', 'ðŸ', 'ð\u009f', LOST];

/** Whether a text may hold garbled letters: for every text of a data file, and several times faster than a pattern. */
export function mayBeGarbled(text: string): boolean {
  return BEGINNINGS.some((beginning) => text.includes(beginning)) || !text.isWellFormed();
}

/** The first garbled letters of a text, and what they were; that is undefined where it is lost. */
export function garbledIn(text: string): (Span & { meant: string | undefined }) | undefined {
  const lost = text.isWellFormed() ? text.indexOf(LOST) : text.search(HALF);
  if (lost >= 0) return { start: lost, end: lost + 1, meant: undefined };
  if (!SIGN.test(text)) return undefined;
  for (const { 0: letters, index: start } of text.matchAll(HIGH)) {
    const meant = SIGN.test(letters) ? decoded(letters) : undefined;
    if (meant !== undefined) return { start, end: start + letters.length, meant };
  }
  return undefined;
}

/** The text with its letters as they were, however often it was garbled. */
export function ungarbled(text: string): string {
  const once = text.replaceAll(HIGH, (letters) => decoded(letters) ?? letters);
  return once === text || garbledIn(once) === undefined ? once : ungarbled(once);
}

/** What the bytes of some letters are in UTF-8; undefined where they are none of its. */
function decoded(letters: string): string | undefined {
  try {
    return utf8.decode(Uint8Array.from(letters, (letter) => BYTES.get(letter) ?? letter.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
