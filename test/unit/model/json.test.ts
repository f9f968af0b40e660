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
  ['{"a":1,"a":2}', 'a'],
  ['{"a" \t\r\n: 1 , "a" : 2 }', 'a'],
  ['{"x":"a\\"}","\\\\":1,"\\\\":2}', '\\'],
  ['[{"a":1},{"b":[{"a":1}],"\\u0062":1}]', 'b'],
  ['{"a":1,"a":2,"b":1,"b":2}', 'a'],
])('in %s the key %s stands twice', (text, key) => {
  expect(findDuplicateKey(text)).toBe(key);
});
