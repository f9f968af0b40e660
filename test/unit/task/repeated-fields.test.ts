import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJsonTree, properties } from '../../../task/src/json-tree.ts';
import { repeatedFields } from '../../../task/src/repeated-fields.ts';
import type { RowObject } from '../../../task/src/rows.ts';

const repeatsOf = (text: string) => repeatedFields(text, JSON.parse(text) as RowObject);

it.each([
  ['{}', []],
  ['{"a":1}', []],
  ['{"a":1,"a":2}', ['a']],
  ['{"":1,"":2}', ['']],
  ['{"a":1e9,"a":1E9}', ['a']],
  ['{"long":"text","a":1,"a":2}', ['a']],
  ['{"a":1,"b":2,"a":3,"a":4,"b":5}', ['a', 'b']],
  [String.raw`{"a":"\\","a":"\": {"}`, ['a']],
  [String.raw`{"a":1,"\u0061":2}`, ['a']],
  ['{"a":{"a":1,"b":2,"b":3},"b":[{"b":1}]}', []],
  ['{"__proto__":1,"__proto__":2}', ['__proto__']],
])('of %s those are told that stand several times: %j', (text, names) => expect(repeatsOf(text)).toEqual(names));

it('rows are told as the tolerant parser reads their keys, however they are written', () => {
  const key = fc.constantFrom('a', 'b', '', 'åä', '"', '\\', 'long key', '__proto__');
  const value = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom(0, 1e30, null, [], { a: [{ a: ':' }] }));
  const blank = fc.constantFrom('', '', ' ', '\t  ');
  const member = fc.tuple(key, blank, value, blank).map(([name, before, own, after]) => {
    return `${JSON.stringify(name)}${before}:${after}${JSON.stringify(own)}`;
  });
  fc.assert(
    fc.property(fc.array(member, { maxLength: 6 }), (members) => {
      const text = `{${members.join(',')}}`;
      const names = properties(parseJsonTree(text, { comments: false }).root!).map(({ name }) => name);
      const expected = [...new Set(names.filter((name, place) => names.indexOf(name) < place))];
      expect(repeatsOf(text)).toEqual(expected);
    }),
  );
});
