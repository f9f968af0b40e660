import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonTree } from '../../../task/src/json-tree.ts';
import { StringOffsets } from '../../../task/src/string-offsets.ts';

/** A JSON literal in which each unit is written plainly or as some escape, and where each unit starts. */
const literal = fc
  .array(
    fc.tuple(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(10, 34, 92, 60, 123, 0xd83d)), fc.boolean()),
  )
  .map((units) => {
    let source = '"';
    const starts = units.map(([unit, escaped]) => {
      const start = source.length;
      const character = String.fromCharCode(unit);
      const short = { '\n': '\\n', '\t': '\\t', '"': '\\"', '\\': '\\\\', '/': '\\/' }[character];
      if (escaped || unit < 32) source += short ?? `\\u${unit.toString(16).padStart(4, '0')}`;
      else source += short ?? character;
      return start;
    });
    return { source: `${source}"`, starts, value: String.fromCharCode(...units.map(([unit]) => unit)) };
  });

describe('StringOffsets', () => {
  it('counts escapes right', () => {
    const source = String.raw`  "a\u003cb\nc"`;
    const offsets = new StringOffsets(source, 2, source.length - 2);
    expect(offsets.length).toBe(5);
    const characters = [0, 1, 2, 3, 4].map((unit) => source.slice(offsets.toSource(unit), offsets.toSource(unit + 1)));
    expect(characters).toEqual(['a', '\\u003c', 'b', '\\n', 'c']);
  });

  it('finds every unit of every string', () => {
    fc.assert(
      fc.property(literal, fc.nat(9), ({ source, starts, value }, before) => {
        expect(JSON.parse(source)).toBe(value);
        const text = ' '.repeat(before) + source;
        const offsets = new StringOffsets(text, before, source.length);
        expect(offsets.length).toBe(value.length);
        expect(starts.map((_, unit) => offsets.toSource(unit))).toEqual(starts.map((start) => start + before));
        expect(offsets.toSource(value.length)).toBe(text.length - 1);
        expect(starts.map((_, unit) => offsets.toValue(offsets.toSource(unit)))).toEqual(starts.map((_, unit) => unit));
      }),
    );
  });

  it('agrees with the parser on broken strings', () => {
    const broken = fc.array(fc.constantFrom('a', '\\', 'u', '0', 'f', 'n', 'q', '"', 'å'), { maxLength: 12 });
    fc.assert(
      fc.property(broken, (characters) => {
        const source = `"${characters.join('')}`;
        const node = parseJsonTree(source, { comments: true }).root!;
        expect(new StringOffsets(source, node.offset, node.length).length).toBe((node.value as string).length);
      }),
      { numRuns: 1000 },
    );
  });
});
