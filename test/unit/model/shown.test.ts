import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failureOf, short, shown } from '../../../model/src/shown.ts';

test('a short value is shown as JSON, and of any other one the beginning', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);
      expect(shown(value)).toBe(json.length <= 60 ? json : shown(value));
      expect(shown(value).length).toBeLessThanOrEqual(61);
      if (json.length > 60) expect(shown(value)).toMatch(/…$/);
    }),
    { numRuns: 2000 },
  );
});

test('one that is nested or long without end is shown by its beginning', () => {
  expect(shown(JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`))).toBe(`${'['.repeat(60)}…`);
  expect(shown(JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`))).toMatch(/^\{"a":\{"a":.{50}…$/);
  expect(shown(['x'.repeat(1_000_000), 2])).toBe(`["${'x'.repeat(58)}…`);
  expect(shown({ ['k'.repeat(100)]: 1 })).toBe(`{"${'k'.repeat(58)}…`);
  expect(shown(undefined)).toBe('undefined');
});

test('of an error that was made to be read its words are told, of others what they mean', () => {
  expect(failureOf(new Error('the letter x'))).toBe('the letter x');
  expect(failureOf(new Error(' '))).toBe('it gives no reason');
  expect(failureOf(new TypeError('x.map is not a function'))).toMatch(/^a part of it is not of the form/);
  expect(failureOf(new Error('x'.repeat(1_000)))).toBe(short('x'.repeat(700)));
});
