import path from 'node:path';
import { locale, t } from '../../l10n/src/words.ts';

/** `49 rows`, `1 row`. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** `81.6%` */
export function percent(share: number): string {
  return share.toLocaleString(locale(), { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** `548 MB`, `2.84 GB`: three digits and a unit of a thousand. */
export function formatBytes(bytes: number): string {
  let place = 0;
  let value = bytes;
  while (Number(value.toPrecision(3)) >= 1000 && place < UNITS.length - 1) {
    value /= 1000;
    place++;
  }
  return UNITS[place]!(value.toLocaleString(locale(), { maximumSignificantDigits: 3, useGrouping: false }));
}

const UNITS = [
  (count: string) => t('{0} bytes', count),
  (count: string) => t('{0} kB', count),
  (count: string) => t('{0} MB', count),
  (count: string) => t('{0} GB', count),
  (count: string) => t('{0} TB', count),
];

/** A path as one would type it here, where that is shorter. */
export function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative !== '' && relative.length < file.length ? relative : file;
}

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
export function startOf(line: string, columns: number): string {
  let [end, left] = [0, columns];
  for (const { segment, index } of CHARACTERS.segment(line)) {
    left -= columnsOf(segment);
    if (left < 0) break;
    end = index + segment.length;
  }
  return line.slice(0, end);
}

/** One line of at most `width` columns, without control characters. */
export function oneLine(text: string, width = Number.POSITIVE_INFINITY): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return columnsOf(line) <= width ? line : `${startOf(line, width - 1)}…`;
}

/** Lines for a terminal: letters that would steer it, such as those of a name that begins an escape sequence, become signs. */
export function forTerminal(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, (letter) =>
    letter < ' ' ? String.fromCodePoint(0x2400 + letter.charCodeAt(0)) : '\ufffd',
  );
}

/** Rows below each other in columns, two spaces apart. @param right columns that are numbers, from 0 */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => columnsOf(row[i] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const fill = ' '.repeat(widths[i]! - columnsOf(cell));
        return right.includes(i) ? fill + cell : cell + fill;
      })
      .join('  ')
      .trimEnd(),
  );
}
