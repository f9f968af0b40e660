/*
 * Names and texts that run from right to left, such as Arabic and Hebrew ones, in what this process says. Where nothing sets them
 * off, what stands beside them is drawn on their other side: of a label and its share, the share comes first.
 */

/** A letter of such a script; Unicode keeps these blocks for them (DerivedBidiClass, R and AL). */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** First strong isolate, pop directional isolate (UAX 9). */
const [FSI, PDI] = ['\u2068', '\u2069'];

let isolates = false;

/**
 * Whether such texts are isolated from here on. They are where all that is said is drawn by a browser, as in VS Code. Terminals
 * either order nothing, or leave the signs for isolation out or show them, as do Vim, and VS Code itself within a document; and
 * files, `--json` and what is compared hold none.
 */
export function isolateRightToLeft(isWanted: boolean): void {
  isolates = isWanted;
}

/** A text that stands in others, isolated from them where that is wanted and it has letters that run from right to left. */
export function isolated(text: string): string {
  return isolates && RIGHT_TO_LEFT.test(text) && !text.includes(FSI) ? FSI + text + PDI : text;
}
