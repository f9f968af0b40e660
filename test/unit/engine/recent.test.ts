import { expect, it } from 'vitest';
import { Recent } from '../../../engine/src/recent.ts';

const keysOf = (recent: Recent<unknown>, keys: string) => [...keys].filter((key) => recent.has(key)).join('');

it('what was not used for longest is forgotten', () => {
  const recent = new Recent<number>(2);
  expect(recent.set('a', 1)).toBeUndefined();
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  expect(recent.set('c', 3)).toBe(2);
  expect(keysOf(recent, 'abc')).toBe('ac');
  recent.set('a', 4);
  recent.set('d', 5);
  expect(keysOf(recent, 'abcd')).toBe('ad');
  expect(recent.get('a')).toBe(4);
  expect(recent.get('c')).toBeUndefined();
});

it('an entry may be undefined, and is there all the same', () => {
  const recent = new Recent<number | undefined>(2);
  recent.set('a', undefined);
  expect(recent.get('a')).toBeUndefined();
  expect(keysOf(recent, 'ab')).toBe('a');
});

it('entries may be forgotten by what they hold', () => {
  const recent = new Recent<number>(3);
  for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) recent.set(key, value);
  recent.forget((value) => value % 2 === 1);
  expect(keysOf(recent, 'abc')).toBe('b');
});
