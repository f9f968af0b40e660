import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { garbledIn, mayBeGarbled, ungarbled } from '../../../task/src/garbled.ts';

const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** A text whose UTF-8 is read as Latin-1. */
function asLatin1(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** A text whose UTF-8 is read as Windows-1252, in which a byte without a letter is a control character. */
function asWindows(text: string): string {
  return asLatin1(text).replace(/[\u0080-\u009f]/g, (letter) => WINDOWS[letter.charCodeAt(0) - 0x80]!);
}

const SENTENCES = [
  'Rörelsevinsten steg på årsbasis',
  'Ændringen er støttet af Økonomiministeriet',
  'Þetta er góð þýðing',
  'Größe und Übung, weiß sie',
  'São Paulo não é longe',
  'Это хорошая новость',
  'Priset är 5 € – “ungefär” 20 °C',
  'Bra jobbat 🙂',
];

it.each(SENTENCES)('gives back what was garbled, once or twice, and leaves it as it is: %s', (sentence) => {
  expect(garbledIn(sentence)).toBeUndefined();
  expect(ungarbled(sentence)).toBe(sentence);
  for (const text of [asWindows, asLatin1].flatMap((read) => [read(sentence), read(read(sentence))])) {
    expect(garbledIn(text)?.meant).toBeDefined();
    expect(mayBeGarbled(text)).toBe(true);
    expect(ungarbled(text)).toBe(sentence);
  }
});

describe('leaves text alone that only looks alike:', () => {
  it.each(['IRMÃ…', 'MAÇÃ”', 'Spaß«', 'weiß´s', 'ÄÖÜ', '5 Å²', 'À bientôt'])('%s', (text) => {
    expect(garbledIn(text)).toBeUndefined();
  });
});

it('tells a lost letter from a garbled one', () => {
  expect(garbledIn('v\ufffdg')).toEqual({ start: 1, end: 2, meant: undefined });
  expect(garbledIn('🙂 v\ud83d')).toEqual({ start: 4, end: 5, meant: undefined });
  expect(garbledIn('vÃ¤g')).toEqual({ start: 1, end: 3, meant: 'ä' });
});

it('finds nothing in a text of which it would not be asked', () => {
  const letter = fc.constantFrom(
    ...(asWindows('åäöÅÄÖéß€“🙂Дяя') + asLatin1('€“🙂')).split(''),
    'a',
    ' ',
    '\ufffd',
    '\ud83d',
    'ß',
    'å',
  );
  fc.assert(
    fc.property(fc.string({ unit: letter }), (text) => {
      if (garbledIn(text) !== undefined) expect(mayBeGarbled(text)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
