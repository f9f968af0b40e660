import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextBlocks } from '../../../../task/src/data/text-blocks.ts';

const text = fc
  .array(fc.constantFrom('a', 'bc', 'å', '\n', '\r', '\r\n'), { maxLength: 30 })
  .map((pieces) => pieces.join(''));

it('a text in blocks has the lines that an editor counts', () => {
  fc.assert(
    fc.property(text, fc.boolean(), (some, isLong) => {
      const whole = isLong ? `${some}\n${'x'.repeat(20_000)}\n`.repeat(4) + some : some;
      const blocks = new TextBlocks(whole);
      const lines = whole.split(/\r\n|\r|\n/);
      expect(lines.map((_, number) => blocks.line(number))).toEqual(lines);
      expect(blocks.line(lines.length)).toBeUndefined();
    }),
  );
});
