import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, type JsonValue } from '../../../engine/src/json-value.ts';

it('canonical JSON holds the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.stringify(value);
      expect(JSON.parse(canonicalJson(JSON.parse(plain) as JsonValue))).toEqual(JSON.parse(plain));
    }),
  );
});

it('canonical JSON does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (value) => {
      expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(canonicalJson(value));
    }),
  );
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
});

it('canonical JSON refuses numbers that would become null', () => {
  expect(() => canonicalJson({ loss: [Number.NaN] })).toThrow('NaN');
  expect(() => canonicalJson(Number.POSITIVE_INFINITY)).toThrow(RangeError);
});
