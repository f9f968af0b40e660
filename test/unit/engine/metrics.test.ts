import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classificationMetrics,
  exactMatch,
  formMapper,
  type Outcome,
  wilsonInterval,
} from '../../../engine/src/evaluate/metrics.ts';

const outcomes = (pairs: [string, string | undefined][]): Outcome[] =>
  pairs.map(([truth, prediction]) => ({ truth, prediction }));

describe('classificationMetrics', () => {
  it('agrees with figures worked out by hand', () => {
    const metrics = classificationMetrics(
      ['pos', 'neg', 'neu', 'never'],
      outcomes([
        ['pos', 'pos'],
        ['pos', 'pos'],
        ['pos', 'neg'],
        ['neg', 'neg'],
        ['neg', undefined],
        ['neu', 'never'],
        ['neu', 'neu'],
        ['neu', 'something else'],
      ]),
    );
    expect(metrics).toMatchObject({ rows: 8, correct: 4, accuracy: 0.5 });
    expect(metrics.labels[0]).toEqual({
      label: 'pos',
      rows: 3,
      predicted: 2,
      correct: 2,
      precision: 1,
      recall: 2 / 3,
      f1: 4 / 5,
    });
    expect(metrics.labels[1]).toEqual({
      label: 'neg',
      rows: 2,
      predicted: 2,
      correct: 1,
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
    });
    expect(metrics.labels[2]).toEqual({
      label: 'neu',
      rows: 3,
      predicted: 1,
      correct: 1,
      precision: 1,
      recall: 1 / 3,
      f1: 0.5,
    });
    expect(metrics.labels[3]).toEqual({
      label: 'never',
      rows: 0,
      predicted: 1,
      correct: 0,
      precision: 0,
      recall: 0,
      f1: 0,
    });
    expect(metrics.macroF1).toBeCloseTo((0.8 + 0.5 + 0.5) / 3, 12);
    expect(metrics.confusion).toEqual({
      labels: ['pos', 'neg', 'neu', 'never'],
      counts: [
        [2, 1, 0, 0, 0],
        [0, 1, 0, 0, 1],
        [0, 0, 1, 1, 1],
        [0, 0, 0, 0, 0],
      ],
    });
  });

  const labels = ['a', 'b', 'c', 'd'];
  const rows = fc.array(
    fc.record({
      truth: fc.constantFrom(...labels),
      prediction: fc.option(fc.constantFrom(...labels), { nil: undefined }),
    }),
    { minLength: 1 },
  );

  it('is 1 throughout for perfect predictions', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const metrics = classificationMetrics(
          labels,
          list.map(({ truth }) => ({ truth, prediction: truth })),
        );
        expect([metrics.accuracy, metrics.macroF1]).toEqual([1, 1]);
      }),
    );
  });

  it('does not depend on the order of the rows, nor its figures on the order of the labels', () => {
    fc.assert(
      fc.property(rows, fc.integer(), (list, shift) => {
        const metrics = classificationMetrics(labels, list);
        const by = Math.abs(shift) % list.length;
        const turned = [...list.slice(by), ...list.slice(0, by)].reverse();
        expect(classificationMetrics(labels, turned)).toEqual(metrics);
        const relabelled = classificationMetrics(labels.toReversed(), list);
        expect(relabelled.accuracy).toBe(metrics.accuracy);
        expect(relabelled.macroF1).toBeCloseTo(metrics.macroF1, 12);
        expect(relabelled.labels.toReversed()).toEqual(metrics.labels);
      }),
    );
  });

  it('counts every row once, and has F1 between precision and recall', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const metrics = classificationMetrics(labels, list);
        expect(metrics.confusion.counts.flat().reduce((a, b) => a + b)).toBe(list.length);
        for (const { precision, recall, f1 } of metrics.labels) {
          expect(f1).toBeGreaterThanOrEqual(Math.min(precision, recall) - 1e-12);
          expect(f1).toBeLessThanOrEqual(Math.max(precision, recall) + 1e-12);
        }
      }),
    );
  });

  it('refuses no rows, and an answer that is not a label', () => {
    expect(() => classificationMetrics(labels, [])).toThrow(RangeError);
    expect(() => classificationMetrics(labels, outcomes([['x', 'a']]))).toThrow('"x"');
  });
});

describe('exactMatch', () => {
  it('compares all but the outer blanks', () => {
    const list = outcomes([
      ['Intent: x', ' Intent: x\n'],
      ['Intent: x', 'intent: x'],
      ['Intent: x', 'Intent:  x'],
      [' None', 'None'],
      ['', undefined],
    ]);
    expect(exactMatch(list)).toEqual({
      rows: 5,
      correct: 2,
      accuracy: 0.4,
      accuracyInterval: [expect.closeTo(0.1176, 4), expect.closeTo(0.7693, 4)],
    });
    expect(() => exactMatch([])).toThrow(RangeError);
  });
});

describe('formMapper', () => {
  const labels = { positiva: ['positiv', 'positivt'], negativa: ['negativ', 'Förlust'] };
  const map = formMapper(labels);

  it('maps an answer and all its forms to the answer, blanks and case aside', () => {
    expect(map('positiva')).toBe('positiva');
    expect(map(' Positivt\n')).toBe('positiva');
    expect(map('FÖRLUST')).toBe('negativa');
    expect(map('fo\u0308rlust')).toBe('negativa');
    expect(formMapper({ İyi: [], Kötü: [] })('İYİ')).toBe('İyi');
    expect(formMapper({ İyi: [], Kötü: [] })('iyi')).toBe('İyi');
  });

  it('maps nothing else', () => {
    for (const text of ['', 'posi', 'positivare', 'neutral']) expect(map(text)).toBeUndefined();
  });

  it('prefers the exact form where two differ in case alone', () => {
    const alike = formMapper({ US: ['usa'], us: ['we'] });
    expect(['US', 'us', 'Us', 'WE'].map(alike)).toEqual(['US', 'us', 'US', 'us']);
  });
});

describe('the interval of an accuracy', () => {
  // R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d right of %d is that of the literature', (correct, rows, low, high) => {
    expect(wilsonInterval(correct, rows)).toEqual([expect.closeTo(low, 4), expect.closeTo(high, 4)]);
  });

  it('holds the measured share, lies within 0 and 1, is narrower of more rows, and turns round with right and wrong', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, share) => {
        const correct = Math.round(rows * share);
        const [low, high] = wilsonInterval(correct, rows);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(correct / rows);
        expect(high).toBeGreaterThanOrEqual(correct / rows);
        expect(high).toBeLessThanOrEqual(1);
        const [lowOfMore, highOfMore] = wilsonInterval(4 * correct, 4 * rows);
        expect(highOfMore - lowOfMore).toBeLessThan(high - low);
        const [lowOfWrong, highOfWrong] = wilsonInterval(rows - correct, rows);
        expect(lowOfWrong).toBeCloseTo(1 - high, 12);
        expect(highOfWrong).toBeCloseTo(1 - low, 12);
      }),
    ));
});
