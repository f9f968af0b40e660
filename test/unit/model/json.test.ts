import { expect, test } from 'vitest';
import { findDuplicateKey } from '../../../model/src/json.ts';

test.each([
  ['{"a":{"b":1},"b":{"b":"b"}}'],
  ['{"a":["a","a",{"a":1}]}'],
  ['["a","a"]'],
  ['"a"'],
  ['{"a":"\\",\\"a\\":","b":"{"}'],
])('no key stands twice in %s', (text) => {
  expect(findDuplicateKey(text)).toBeUndefined();
});

test.each([
  ['{"a":1,', 'a', '"a":2}'],
  ['{"a" \t\r\n: 1 , ', 'a', '"a" : 2 }'],
  ['{"x":"a\\"}","\\\\":1,', '\\', '"\\\\":2}'],
  ['[{"a":1},{"b":[{"a":1}],', 'b', '"\\u0062":1}]'],
])('in %s the key %s stands again before %s', (before, key, after) => {
  expect(findDuplicateKey(before + after)).toEqual({ key, at: before.length });
});
