import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GeneratedOutcome, generatedMetrics } from '../../../engine/src/evaluate/generated-metrics.ts';
import { wilsonInterval } from '../../../engine/src/evaluate/metrics.ts';
import { slotMetrics } from '../../../engine/src/evaluate/slot-metrics.ts';
import type { SlotAnswer } from '../../../engine/src/evaluate/slots.ts';
import { wordF1 } from '../../../engine/src/evaluate/word-f1.ts';

const outcomes = (pairs: [string, string | undefined][]): GeneratedOutcome[] =>
  pairs.map(([truth, prediction]) => ({ truth, prediction, cut: false }));

describe('slots', () => {
  it('agree with figures worked out by hand', () => {
    const {
      slots,
      wordF1: words,
      ...rest
    } = generatedMetrics(
      outcomes([
        ['alarm; time: seven; day: tomorrow', 'alarm; day: tomorrow; time: seven'],
        ['alarm; time: eight', 'music; time: nine'],
        ['light; room: hall; room: hall', 'light; room: hall; lamp: big'],
        ['music; none', 'music; none'],
        ['music; none', 'music'],
        ['call; person: Bo', undefined],
      ]),
    );
    expect(rest).toEqual({ rows: 6, correct: 1, accuracy: 1 / 6, accuracyInterval: wilsonInterval(1, 6), cut: 0 });
    expect(words).toBeUndefined();
    expect(slots).toEqual({
      intentAccuracy: 4 / 6,
      expected: 6,
      predicted: 5,
      correct: 3,
      precision: 3 / 5,
      recall: 3 / 6,
      f1: 6 / 11,
      names: [
        { name: 'room', expected: 2, predicted: 1, correct: 1, precision: 1, recall: 1 / 2, f1: 2 / 3 },
        { name: 'time', expected: 2, predicted: 2, correct: 1, precision: 1 / 2, recall: 1 / 2, f1: 1 / 2 },
        { name: 'day', expected: 1, predicted: 1, correct: 1, precision: 1, recall: 1, f1: 1 },
        { name: 'person', expected: 1, predicted: 0, correct: 0, precision: 0, recall: 0, f1: 0 },
      ],
    });
  });

  it('are measured in NeMo’s form, too', () => {
    const { slots } = generatedMetrics(
      outcomes([
        ['\nIntent: alarm\nSlots: time(seven)', 'Intent: alarm\nSlots: time(seven), day(today)'],
        ['\nIntent: music\nSlots: None', 'Intent: music\nSlots: None'],
      ]),
    );
    expect(slots).toMatchObject({ intentAccuracy: 1, precision: 1 / 2, recall: 1 });
  });

  it('are not measured where the rows’ own answers are none, whatever was predicted', () => {
    expect(generatedMetrics(outcomes([['a', 'a; b: c']]))).toMatchObject({ slots: undefined, wordF1: 1 / 2 });
  });

  const word = fc.constantFrom('a', 'b', 'c');
  const answer: fc.Arbitrary<SlotAnswer> = fc.record({
    intent: word,
    slots: fc.array(fc.record({ name: word, value: word }), { maxLength: 5 }),
  });
  const rows = fc.array(fc.record({ truth: answer, prediction: answer }), { minLength: 1 });

  it('have an F1 of 1 where all answers are the rows’ own, in whatever order', () => {
    fc.assert(
      fc.property(rows, (list) => {
        fc.pre(list.some(({ truth }) => truth.slots.length > 0));
        const same = list.map(({ truth }) => ({
          truth,
          prediction: { ...truth, slots: truth.slots.toReversed() },
        }));
        const { intentAccuracy, precision, recall, f1, names } = slotMetrics(same);
        expect([intentAccuracy, precision, recall, f1]).toEqual([1, 1, 1, 1]);
        for (const each of names) expect(each.f1).toBe(1);
      }),
    );
  });

  it('exchange precision and recall where answers and predictions change places', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const one = slotMetrics(list);
        const other = slotMetrics(list.map(({ truth, prediction }) => ({ truth: prediction, prediction: truth })));
        expect([other.precision, other.recall]).toEqual([one.recall, one.precision]);
        expect([other.f1, other.intentAccuracy, other.correct]).toEqual([one.f1, one.intentAccuracy, one.correct]);
      }),
    );
  });

  it('add up to the whole by name, but for names that no row has', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const { expected, predicted, correct, names } = slotMetrics(list);
        const sum = (key: 'expected' | 'predicted' | 'correct') => names.reduce((total, each) => total + each[key], 0);
        expect([sum('expected'), sum('correct')]).toEqual([expected, correct]);
        expect(sum('predicted')).toBeLessThanOrEqual(predicted);
        expect(slotMetrics(list.toReversed())).toEqual(slotMetrics(list));
      }),
    );
  });

  it('refuse no rows', () => expect(() => slotMetrics([])).toThrow(RangeError));
});

describe('the F1 of words', () => {
  it.each<[string, string | undefined, number]>([
    ['Denver Broncos', 'the Denver Broncos', 4 / 5],
    ['Denver Broncos', 'broncos, DENVER!', 1],
    ['one one two', 'one two two', 4 / 6],
    ['24,5 grader', '24,5 grader ute', 4 / 5],
    ['Åre', 'A\u030are', 1],
    ['明日の朝', '明日の夜', 4 / 6],
    ['กินข้าวมาก', 'กินข้าวน้อย', 4 / 6],
    ['我喜欢北京', '我喜欢故宫', 4 / 6],
    ['نمی‌خواهم بروم', 'نمی‌خواهم', 2 / 3],
    ['वाक्य अच्छी', 'वाक्य', 2 / 3],
    ['İSTANBUL ışık', 'istanbul IŞIK', 1],
    ['yes', 'no', 0],
    ['yes', undefined, 0],
    ['yes', '', 0],
    ['+', '+', 1],
    ['+', '-', 0],
    ['+', 'plus', 0],
  ])('of %j and %j', (truth, prediction, expected) =>
    expect(wordF1(outcomes([[truth, prediction]]))).toBeCloseTo(expected, 12),
  );

  const text = fc
    .array(fc.constantFrom('a', 'B', 'b', ' ', ', ', 'é'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const rows = fc.array(fc.tuple(text, text), { minLength: 1 });

  it('is a mean between exact match and 1, the same with answers and predictions in each other’s place', () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const { accuracy, wordF1: mean } = generatedMetrics(outcomes(pairs));
        expect(mean).toBeGreaterThanOrEqual(accuracy - 1e-12);
        expect(mean).toBeLessThanOrEqual(1);
        expect(wordF1(outcomes(pairs.map(([one, other]) => [other, one])))).toBeCloseTo(mean!, 12);
      }),
    );
  });

  it('refuses no rows', () => expect(() => wordF1([])).toThrow(RangeError));
});

it('answers that were cut are counted', () => {
  const [first, second] = outcomes([
    ['a', 'a b c'],
    ['a', 'a'],
  ]);
  expect(generatedMetrics([{ ...first!, cut: true }, second!])).toMatchObject({ correct: 1, cut: 1 });
});
