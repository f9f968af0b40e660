/*
 * How wide text is in a terminal. The extension has the same rules for what it shows in letters of one width (`client/src/columns.ts`).
 */

/** Characters that take no column of a terminal: marks above and below letters, joiners, and the vowels of composed Hangul. */
const NO_COLUMN = /[\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}\u1160-\u11ff]/gu;
/** Those that take two, as East Asian Width (UAX 11) has it: ideographs, kana, Hangul, full-width forms, and emoji. */
const TWO_COLUMNS =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|(?!\p{RI})\p{Emoji_Presentation}/gu;

/** How many columns of a terminal a line takes. */
export function columnsOf(line: string): number {
  // Most lines have nothing to look for.
  if (/^[ -~]*$/.test(line)) return line.length;
  const seen = line.replaceAll(NO_COLUMN, '');
  return [...seen].length + (seen.match(TWO_COLUMNS)?.length ?? 0);
}

/** A text with blanks behind it, so that it takes at least so many columns. */
export function filled(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** So much of the start of a line as has room in some columns, in whole characters as people see them. */
export function startWithin(line: string, columns: number): string {
  let [end, left] = [0, columns];
  for (const { segment, index } of CHARACTERS.segment(line)) {
    left -= columnsOf(segment);
    if (left < 0) break;
    end = index + segment.length;
  }
  return line.slice(0, end);
}
