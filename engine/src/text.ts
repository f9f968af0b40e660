import path from 'node:path';
import { locale, t } from '../../l10n/src/words.ts';
import { columnsOf, startWithin } from './columns.ts';

/** `49 rows`, `1 row`. */
export function count(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}

/** `81.6%` */
export function percent(share: number): string {
  return percents().format(share);
}

/** `72.4% – 88.3%` */
export function percentRange([low, high]: readonly [number, number]): string {
  return percents().formatRange(low, high);
}

const percents = () =>
  new Intl.NumberFormat(locale(), { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });

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

/** One line of at most `width` columns, without control characters. */
export function oneLine(text: string, width = Number.POSITIVE_INFINITY): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return columnsOf(line) <= width ? line : `${startWithin(line, width - 1)}…`;
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
