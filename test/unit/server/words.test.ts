import { expect, it } from 'vitest';
import {
  amount,
  enumeration,
  percent,
  roundedBytes,
  roundedCount,
  significant,
} from '../../../server/src/service/words.ts';

it.each([
  [999, '999'],
  [1_000, '1 kB'],
  [1_234_567, '1.23 MB'],
  [999_999_999, '1000 MB'],
  [1_500_000_000, '1.5 GB'],
])('%i bytes are %s', (bytes, text) => expect(roundedBytes(bytes)).toBe(text));

it.each([
  [999_999, '999,999'],
  [1_000_000, '1 million'],
  [37_800_123, '37.8 million'],
  [1_500_000_000, '1.5 billion'],
])('a count of %i is %s', (count, text) => expect(roundedCount(count)).toBe(text));

it('numbers and lists are written as English has them', () => {
  expect([0.51234, 12.345, 0.5].map(significant)).toEqual(['0.512', '12.3', '0.500']);
  expect([0.8162, 1, 0.00049].map(percent)).toEqual(['81.6%', '100.0%', '0.0%']);
  expect([1, 1234].map((count) => amount(count, 'row'))).toEqual(['1 row', '1,234 rows']);
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(enumeration)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});
