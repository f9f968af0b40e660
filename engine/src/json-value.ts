import type { JsonValue } from '../../model/src/json.ts';

export type { JsonValue };

/**
 * JSON text with every object's keys sorted, so that equal values give equal bytes. Keys whose value is undefined are
 * left out.
 * @throws RangeError at a number that JSON cannot hold (NaN, infinities), which would silently become null
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`JSON cannot hold the number ${value}`);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}

/** `Array.isArray` does not narrow a readonly array. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
