import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOf, shortened, startOf } from '../../../l10n/src/characters.ts';

describe('a part of a text has whole characters', () => {
  it.each([
    ['ab😀c', 3, 'ab', '😀c'],
    ['दिदि', 3, 'दि', 'दि'],
    ['ที่ดี', 4, 'ที่', 'ดี'],
    ['e\u0301e\u0301', 3, 'e\u0301', 'e\u0301'],
    ['👩‍🚀👩‍🚀', 6, '👩‍🚀', '👩‍🚀'],
    ['abc', 2, 'ab', 'bc'],
    ['abc', 3, 'abc', 'abc'],
    ['', 0, '', ''],
  ])('of %s at most %i units', (text, most, start, end) => {
    expect(startOf(text, most)).toBe(start);
    expect(endOf(text, most)).toBe(end);
  });

  it('whatever the text, as the whole of it is parted', () => {
    const unit = fc.constantFrom('a', ' ', '\n', 'e\u0301', 'ที่', '한', '😀', 'क्ष', '\u0301', 'س');
    const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), fc.integer({ min: 1, max: 30 }), (text, most) => {
        const places = [...characters.segment(text)].map(({ index }) => index).concat(text.length);
        expect(startOf(text, most)).toBe(text.slice(0, Math.max(...places.filter((place) => place <= most))));
        expect(endOf(text, most)).toBe(text.slice(Math.min(...places.filter((place) => place >= text.length - most))));
      }),
    );
  });

  it('with a sign where it goes on', () => {
    expect(shortened('ab😀c', 3)).toBe('ab…');
    expect(shortened('ab😀', 4)).toBe('ab😀');
  });
});
