import { isolated } from './right-to-left.ts';

/** Gives a text in the user's language, with `{0}`, `{1}` … replaced by what follows. */
export type Translate = (message: string, ...values: (string | number)[]) => string;

/** Words and numbers as the user reads them. */
export interface Texts {
  readonly t: Translate;
  /** As VS Code names it, such as `sv`. */
  readonly locale: string;
  /** `97 %` in Swedish, `97%` in English. @param share from 0 to 1 */
  percent(share: number, digits?: number): string;
  /** `72.4% – 88.3%` in English. */
  percentRange(shares: readonly [number, number], digits?: number): string;
  number(value: number, digits?: number): string;
  /** `45 s`, `3 min`, `1 h 20 min`. */
  duration(seconds: number): string;
  bytes(count: number): string;
}

export function textsFor(translate: Translate, locale: string): Texts {
  const t: Translate = (message, ...values) =>
    translate(message, ...values.map((value) => (typeof value === 'string' ? isolated(value) : value)));
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
  const percents = (digits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'percent',
      maximumFractionDigits: digits,
      minimumFractionDigits: digits,
    });
  return {
    t,
    locale,
    number,
    percent: (share, digits = 0) => percents(digits).format(share),
    percentRange: ([low, high], digits = 0) => percents(digits).formatRange(low, high),
    duration(seconds) {
      const minutes = Math.round(seconds / 60);
      if (seconds < 60) return t('{0} s', Math.round(seconds));
      if (minutes < 60) return t('{0} min', minutes);
      return t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
    },
    bytes: (count) =>
      count < 1e6
        ? t('{0} kB', number(count / 1e3))
        : count < 1e9
          ? t('{0} MB', number(count / 1e6))
          : t('{0} GB', number(count / 1e9, 1)),
  };
}
