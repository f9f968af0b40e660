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
