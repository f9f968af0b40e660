import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFloats, halfToFloat } from '../../../model/src/dtypes.ts';

test.each([
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65504],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
  [0x8000, -0],
])('half %i is %d', (bits, value) => {
  expect(halfToFloat(bits)).toBe(value);
});

test('float32 comes back as it was, at any alignment', () => {
  fc.assert(
    fc.property(fc.float32Array(), fc.nat(3), (values, shift) => {
      const bytes = new Uint8Array(shift + values.byteLength);
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), shift);
      expect(decodeFloats(bytes.subarray(shift), 'F32')).toEqual(values);
    }),
  );
});

test('bfloat16 is the upper half of a float32', () => {
  expect([...decodeFloats(Uint8Array.of(0x80, 0x3f, 0x00, 0xc0, 0x80, 0x7f), 'BF16')]).toEqual([
    1,
    -2,
    Number.POSITIVE_INFINITY,
  ]);
});
