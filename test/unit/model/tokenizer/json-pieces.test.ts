import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atOnce } from '../../../../model/src/tokenizer/in-slices.ts';
import { readJsonInPieces } from '../../../../model/src/tokenizer/json-pieces.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

interface Reading {
  readonly value: unknown;
  readonly vocab: readonly unknown[];
  readonly pauses: number;
}

/** Reads a text of which `model.vocab` is taken apart. */
function read(bytes: Uint8Array): Reading {
  const vocab: unknown[] = [];
  const steps = readJsonInPieces(bytes, { model: { vocab: (piece) => vocab.push(piece) } });
  let pauses = 0;
  while (true) {
    const step = steps.next();
    if (step.done) return { value: step.value, vocab, pauses };
    pauses += 1;
  }
}

function refuses(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}

interface Whole {
  readonly model: object;
}

/** With what was taken apart in its place again. */
function withVocab(value: Whole, vocab: object): Whole {
  return { ...value, model: { ...value.model, vocab } };
}

test('an object is taken apart, and what is left of it is empty', () => {
  expect(read(bytesOf('{"model": {"vocab": {"a": 0, "b": 1}, "merges": []}, "version": "1.0"}'))).toMatchObject({
    value: { model: { vocab: {}, merges: [] }, version: '1.0' },
    vocab: [{ a: 0, b: 1 }],
  });
});

test('a large one is taken in many pieces, with a pause behind each', () => {
  const vocab = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`"ord\\ ${i} å{`, i]));
  const reading = read(bytesOf(JSON.stringify({ model: { vocab } }, null, 2)));
  expect(reading.vocab.length).toBeGreaterThan(10);
  expect(reading.pauses).toBeGreaterThanOrEqual(reading.vocab.length - 1);
  expect(Object.assign({}, ...reading.vocab)).toEqual(vocab);
});

test('a list is taken apart as well, and anything else stays', () => {
  expect(read(bytesOf('{"model":{"vocab":[["a",-1],["b",-2]]}}'))).toMatchObject({
    value: { model: { vocab: [] } },
    vocab: [
      [
        ['a', -1],
        ['b', -2],
      ],
    ],
  });
  expect(read(bytesOf('{"model":{"vocab":null}}'))).toMatchObject({ value: { model: { vocab: null } }, vocab: [] });
});

test('a key that is taken apart may not stand twice', () => {
  expect(() => read(bytesOf('{"model":{"vocab":{"a":0},"vocab":{"b":1}}}'))).toThrow(SyntaxError);
  expect(() => read(bytesOf('{"model":{"vocab":{"a":0}},"model":{}}'))).toThrow(SyntaxError);
});

test('the mark of a byte order is left out in front, and kept inside', () => {
  expect(read(bytesOf('\ufeff{"model":{"vocab":{"\ufeff":0}}}')).vocab).toEqual([{ '\ufeff': 0 }]);
});

describe('as JSON.parse', () => {
  const whole = JSON.stringify({
    a: ['x', { b: '\\"' }],
    model: { vocab: { a: 0, 'b,': 1 }, merges: ['a b'] },
    c: null,
  });

  test('any value is read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(atOnce(readJsonInPieces(bytesOf(text), {}))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a text with random damage is refused, or read as the same', () => {
    const damage = fc.record({
      at: fc.nat(whole.length - 1),
      by: fc.constantFrom('', ' ', '"', ',', ':', '{', '}', '[', ']', '\\', 'x', '0'),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        let text = whole;
        for (const { at, by } of damages) text = text.slice(0, at) + by + text.slice(at + 1);
        const isRefused = refuses(() => JSON.parse(text));
        // A key twice is the one difference.
        fc.pre(isRefused || JSON.stringify(JSON.parse(text)).length === text.replaceAll(' ', '').length);
        expect(refuses(() => read(bytesOf(text)))).toBe(isRefused);
        if (isRefused) return;
        const { value, vocab } = read(bytesOf(text));
        expect(vocab.length === 0 ? value : withVocab(value as Whole, Object.assign({}, ...vocab))).toEqual(
          JSON.parse(text),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('bytes that are no UTF-8 are refused', () => {
    expect(() => read(Uint8Array.from([...bytesOf('{"a":"'), 0xff, ...bytesOf('"}')]))).toThrow();
  });
});
