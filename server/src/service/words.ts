/** `1 row`, `1,234 rows`. */
export function amount(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

export function number(value: number): string {
  return value.toLocaleString('en');
}

/** `a`, `a and b`, `a, b and c`. */
export function enumeration(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `81.6%` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** Three digits and a word: `37.8 million`. */
export function roundedCount(value: number): string {
  return rounded(value, [
    [1e9, ' billion'],
    [1e6, ' million'],
  ]);
}

/** Three digits and a unit: `151 MB`. */
export function roundedBytes(value: number): string {
  return rounded(value, [
    [1e9, ' GB'],
    [1e6, ' MB'],
    [1e3, ' kB'],
  ]);
}

function rounded(value: number, units: readonly (readonly [number, string])[]): string {
  const unit = units.find(([size]) => value >= size);
  return unit === undefined ? number(value) : `${Number((value / unit[0]).toPrecision(3))}${unit[1]}`;
}
