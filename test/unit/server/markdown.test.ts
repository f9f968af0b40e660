import { describe, expect, it } from 'vitest';
import { code, codeBlock } from '../../../server/src/service/hover/markdown.ts';
import { amount, enumeration } from '../../../server/src/service/words.ts';

describe('a text of the user’s in a hover', () => {
  it.each([
    ['plain', '`plain`'],
    ['two\r\nlines', '`two⏎lines`'],
    ['a ` tick', '``a ` tick``'],
    ['`ticks``', '``` `ticks`` ```'],
    [' padded ', '`  padded  `'],
    [' ', '`␣`'],
    ['', '`""`'],
  ])('is code: %j', (text, expected) => expect(code(text)).toBe(expected));

  it('is cut where it is long, between characters', () => {
    expect(code('abcdef', 4)).toBe('`abc…`');
    expect(code('ab😀def', 4)).toBe('`ab…`');
  });

  it('is a block with a fence of its own length', () => {
    expect(codeBlock('a\nb')).toBe('```text\na\nb\n```');
    expect(codeBlock('```')).toBe('````text\n```\n````');
  });
});

it('numbers are written for people', () => {
  expect([amount(1, 'row'), amount(1234, 'row')]).toEqual(['1 row', '1,234 rows']);
  expect([enumeration(['a']), enumeration(['a', 'b', 'c'])]).toEqual(['a', 'a, b and c']);
});
