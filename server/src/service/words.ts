import { locale, t } from '../../../l10n/src/words.ts';

const NOUNS = {
  row: (count: string) => [t('{0} row', count), t('{0} rows', count)],
  'validation row': (count: string) => [t('{0} validation row', count), t('{0} validation rows', count)],
  token: (count: string) => [t('{0} token', count), t('{0} tokens', count)],
  'virtual token': (count: string) => [t('{0} virtual token', count), t('{0} virtual tokens', count)],
  layer: (count: string) => [t('{0} layer', count), t('{0} layers', count)],
} as const satisfies Record<string, (count: string) => readonly [string, string]>;

/** `1 row`, `1,234 rows`. */
export function amount(count: number, noun: keyof typeof NOUNS): string {
  const [one, many] = NOUNS[noun](number(count));
  return count === 1 ? one : many;
}

export function number(value: number): string {
  return value.toLocaleString(locale());
}

/** `0.861` */
export function decimal(value: number): string {
  return value.toLocaleString(locale(), { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}

/** Three digits: `0.123`, `12.3`. */
export function significant(value: number): string {
  return value.toLocaleString(locale(), { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
}

/** `a`, `a and b`, `a, b and c`. */
export function enumeration(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${t('and')} ${parts.at(-1)}`;
}

/** `81.6%` */
export function percent(share: number): string {
  return share.toLocaleString(locale(), { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** Three digits and a word: `37.8 million`. */
export function roundedCount(value: number): string {
  return rounded(value, [
    [1e9, (count) => t('{0} billion', count)],
    [1e6, (count) => t('{0} million', count)],
  ]);
}

/** Three digits and a unit: `151 MB`. */
export function roundedBytes(value: number): string {
  return rounded(value, [
    [1e9, (count) => t('{0} GB', count)],
    [1e6, (count) => t('{0} MB', count)],
    [1e3, (count) => t('{0} kB', count)],
  ]);
}

function rounded(value: number, units: readonly (readonly [number, (count: string) => string])[]): string {
  const unit = units.find(([size]) => value >= size);
  if (unit === undefined) return number(value);
  const [size, named] = unit;
  return named((value / size).toLocaleString(locale(), { maximumSignificantDigits: 3, useGrouping: false }));
}
