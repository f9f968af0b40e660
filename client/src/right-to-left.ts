/*
 * Names and texts that run from right to left, such as Arabic and Hebrew ones, in what the extension shows: as in the language
 * server's messages (`l10n/src/right-to-left.ts`), which says why.
 */

/** A letter of such a script. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** First strong isolate, pop directional isolate (UAX 9). */
const [FSI, PDI] = ['\u2068', '\u2069'];

/** Whether some of a text runs from right to left. */
export function runsRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/**
 * A text that stands in others, isolated from them where some of it runs from right to left. For what VS Code draws as part of its
 * own windows; within a document, as in an inlay hint, it would show the signs.
 */
export function isolated(text: string): string {
  return runsRightToLeft(text) && !text.includes(FSI) ? FSI + text + PDI : text;
}

/** The same text for a terminal, and for what comes into files. */
export function withoutIsolates(text: string): string {
  return text.replaceAll(FSI, '').replaceAll(PDI, '');
}
