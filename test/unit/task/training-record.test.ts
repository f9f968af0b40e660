import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainingFacts } from '../../../task/src/training-record.ts';

describe('what a prompt table says of a training', () => {
  it('is when, on how many rows, and what was measured on which', () => {
    const validation = { rows: 46, loss: 0.5, accuracy: 0.891, macro_f1: 0.88 };
    expect(trainingFacts('2024-05-06T07:08:09Z', { epoch: 3, train_rows: 418, validation })).toEqual({
      date: '2024-05-06T07:08:09Z',
      trainRows: 418,
      validation: { rows: 46, loss: 0.5, accuracy: 0.891, macroF1: 0.88 },
    });
  });

  it('has slots or words of generated answers, where they were measured', () => {
    const slots = { rows: 50, loss: 0.9, accuracy: 0.1, intent_accuracy: 0.6, slot_precision: 0.2, slot_f1: 0.3 };
    expect(trainingFacts(undefined, { validation: slots }).validation).toEqual({
      rows: 50,
      loss: 0.9,
      accuracy: 0.1,
      intentAccuracy: 0.6,
      slotF1: 0.3,
    });
    expect(trainingFacts(undefined, { validation: { rows: 1, word_f1: 0.5 } }).validation).toEqual({
      rows: 1,
      wordF1: 0.5,
    });
  });

  it('is less where less was measured', () => {
    expect(trainingFacts('2024-05-06T07:08:09Z', { train_rows: 10, validation: null })).toEqual({
      date: '2024-05-06T07:08:09Z',
      trainRows: 10,
    });
    expect(trainingFacts(undefined, undefined)).toEqual({});
    expect(trainingFacts('yesterday', { train_rows: '10', validation: { accuracy: 1 } })).toEqual({});
  });

  it('is read from any value without an exception', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (date, metrics) => {
        const { trainRows, validation } = trainingFacts(date, metrics);
        expect(trainRows === undefined || trainRows >= 0).toBe(true);
        expect(validation === undefined || validation.rows >= 0).toBe(true);
      }),
    );
  });
});
