import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bullets, code, codeBlock, paragraphs, plainText, said } from '../../../server/src/service/hover/markdown.ts';
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
    expect(code('दिलक्ष', 5)).toBe('`दिल…`');
  });

  it('is a block with a fence of its own length', () => {
    expect(codeBlock('a\nb')).toBe('```text\na\nb\n```');
    expect(codeBlock('```')).toBe('````text\n```\n````');
  });
});

describe('an editor that renders no Markdown', () => {
  const unit = fc.constantFrom('a', ' ', '`', '*', '**', '```', '😀');

  it('is shown the user’s text as it is, on a line and in a block', () => {
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        fc.pre(text.trim() !== '');
        expect(plainText(`**Field** ${code(text)} of ${code('row')}.`)).toBe(`Field ${text} of row.`);
        const block = `${text}\n${text}`;
        expect(plainText(paragraphs(codeBlock(block), 'It is long.'))).toBe(`${block}\n\nIt is long.`);
      }),
    );
  });

  it('is shown what a file says as it is', () => {
    const anything = fc.constantFrom('a', ' ', '`', '*', '**', '\\', '[', ']', '(', '!', '_', '<', '😀');
    fc.assert(
      fc.property(fc.string({ unit: anything, maxLength: 12 }), fc.string({ unit, maxLength: 12 }), (text, own) => {
        fc.pre(own.trim() !== '');
        expect(plainText(`Not there: ${said(text)}, ${code(own)}`)).toBe(`Not there: ${text}, ${own}`);
      }),
    );
  });

  it('is shown lists as they are written', () => {
    expect(plainText(bullets([code('a'), 'b * c ** d']))).toBe('- a\n- b * c ** d');
  });
});

it('numbers are written for people', () => {
  expect([amount(1, 'row'), amount(1234, 'row')]).toEqual(['1 row', '1,234 rows']);
  expect([enumeration(['a']), enumeration(['a', 'b', 'c'])]).toEqual(['a', 'a, b and c']);
});
