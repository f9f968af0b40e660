import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem, problemEvent } from '../../../task/src/format-problem.ts';
import { labelForms, labelOf } from '../../../task/src/labels.ts';
import { LineIndex } from '../../../task/src/line-index.ts';
import { allNear, editDistance, nearest } from '../../../task/src/nearest.ts';

describe('LineIndex', () => {
  it('counts \\n, \\r\\n and \\r as line ends', () => {
    const lines = new LineIndex('a\r\nb\rc\n');
    expect([0, 1, 3, 5, 7].map((offset) => lines.position(offset))).toEqual([
      { line: 0, character: 0 },
      { line: 0, character: 1 },
      { line: 1, character: 0 },
      { line: 2, character: 0 },
      { line: 3, character: 0 },
    ]);
  });

  it('takes a place behind the last line for the end', () => {
    expect(new LineIndex('a\nbc').offset({ line: 2, character: 0 })).toBe(4);
    expect(new LineIndex('a\nbc').offset({ line: 1, character: 9 })).toBe(4);
  });

  it('takes a place behind a line for the end of that line', () => {
    const [next, far] = [3, 99].map((character) => ({ line: 0, character }));
    expect([next!, far!].map((place) => new LineIndex('ab\ncd').offset(place))).toEqual([2, 2]);
    expect([next!, far!].map((place) => new LineIndex('ab\r\ncd').offset(place))).toEqual([2, 2]);
    expect([next!, far!].map((place) => new LineIndex('ab\rcd').offset(place))).toEqual([2, 2]);
  });

  it('goes there and back, but for the place in the midst of a line end', () => {
    const text = fc.array(fc.constantFrom('a', '\n', '\r', '🙂')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.nat(40), (content, offset) => {
        const lines = new LineIndex(content);
        const isInLineEnd = offset > 0 && content.startsWith('\r\n', offset - 1);
        expect(lines.offset(lines.position(offset))).toBe(Math.min(isInLineEnd ? offset - 1 : offset, content.length));
      }),
    );
  });
});

describe('nearest', () => {
  it('gives all that are near, the nearest first and equals in their order, but no more than three', () => {
    const candidates = ['label2', 'label', 'labels', 'labe', 'other'];
    expect(allNear('label', candidates)).toEqual(['label', 'label2', 'labels']);
    expect(allNear('text', candidates)).toEqual([]);
  });

  it.each([
    ['sentense', ['label', 'sentence'], 'sentence'],
    ['Label', ['label'], 'label'],
    ['lable', ['label', 'table'], 'label'],
    ['x', ['y'], undefined],
    ['text', ['sentence', 'label'], undefined],
    ['', ['a'], undefined],
  ])('%s among %j is %s', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });

  it('is a distance', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('labelOf', () => {
  const forms = labelForms({ positiva: ['positiv', ' positivt'], negativa: ['negativ', 'positiv'] });
  it.each([
    ['positiva', 'positiva'],
    [' positivt\n', 'positiva'],
    ['positiv', 'positiva'],
    ['negativ', 'negativa'],
    ['neutral', undefined],
  ])('%j is %s', (answer, label) => {
    expect(labelOf(forms, answer)).toBe(label);
  });

  it.each(['NFC', 'NFD'] as const)(
    'is the same however the letters of an answer are composed: labels in %s',
    (form) => {
      const composed = labelForms({ ['tónleikur'.normalize(form)]: ['ljóð'.normalize(form)] });
      for (const text of ['tónleikur', 'ljóð']) {
        for (const other of ['NFC', 'NFD'] as const) {
          expect(labelOf(composed, ` ${text.normalize(other)}`)).toBe('tónleikur'.normalize(form));
        }
      }
    },
  );
});

const problem = {
  file: 'a/x.ptask.json',
  range: { start: { line: 2, character: 4 }, end: { line: 2, character: 9 } },
  severity: 'error',
  code: 'split-sum',
  message: 'One line\nand another.',
} as const;

it('prints a problem on one line, counted from 1', () => {
  expect(formatProblem(problem)).toBe('a/x.ptask.json:3:5 error split-sum One line and another.');
});

it('makes a problem an event, counted from 1', () => {
  expect(problemEvent(problem)).toEqual({
    event: 'problem',
    file: 'a/x.ptask.json',
    line: 3,
    column: 5,
    endLine: 3,
    endColumn: 10,
    severity: 'error',
    code: 'split-sum',
    message: 'One line\nand another.',
  });
});
