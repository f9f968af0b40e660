/** Numbers as the user reads them. */
export interface Format {
  /** A loss, to four digits behind the point. */
  loss(value: number): string;
  percent(share: number): string;
  /** To three digits behind the point. */
  f1(value: number): string;
  /** As short as it can be: on an axis, or beside the cursor. */
  short(value: number): string;
}

export function formatFor(locale: string): Format {
  const formatter = (options: Intl.NumberFormatOptions) => {
    const { format } = new Intl.NumberFormat(locale, options);
    return (value: number) => format(value);
  };
  return {
    loss: formatter({ minimumFractionDigits: 4, maximumFractionDigits: 4 }),
    percent: formatter({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    f1: formatter({ minimumFractionDigits: 3, maximumFractionDigits: 3 }),
    short: formatter({ maximumSignificantDigits: 4 }),
  };
}
