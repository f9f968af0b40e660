import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EarlyStopping, measure, NOTHING_MEASURED } from '../../../engine/src/train/early-stopping.ts';

function run(settings: EarlyStopping, values: readonly number[]) {
  let state = NOTHING_MEASURED;
  const kept: number[] = [];
  for (const [epoch, value] of values.entries()) {
    const verdict = measure(settings, state, epoch, value);
    state = verdict.state;
    if (verdict.isBest) kept.push(epoch);
    if (verdict.stop) return { state, kept, stoppedAt: epoch };
  }
  return { state, kept, stoppedAt: undefined };
}

describe('early stopping', () => {
  it('stops after `patience` measurements without improvement and knows the best', () => {
    const result = run({ patience: 2, minDelta: 0, mode: 'min' }, [3, 2, 2.5, 2, 1]);
    expect(result).toMatchObject({ stoppedAt: 3, kept: [0, 1], state: { best: 2, bestEpoch: 1, waited: 2 } });
  });

  it('starts waiting anew at an improvement', () => {
    expect(run({ patience: 2, minDelta: 0, mode: 'max' }, [0.5, 0.4, 0.6, 0.5, 0.7, 0.1]).stoppedAt).toBeUndefined();
  });

  it('does not count an improvement of min_delta or less, but keeps its prompt', () => {
    const result = run({ patience: 3, minDelta: 0.125, mode: 'min' }, [1, 0.9375, 0.9, 0.875]);
    expect(result).toMatchObject({ stoppedAt: 3, kept: [0, 1, 2, 3], state: { best: 0.875, reference: 1 } });
  });

  it('adds up small improvements against the last that counted', () => {
    expect(run({ patience: 3, minDelta: 0.1, mode: 'min' }, [1, 0.94, 0.88, 0.8]).state.waited).toBe(1);
  });

  it('never stops without patience', () => {
    expect(run({ patience: null, minDelta: 0, mode: 'max' }, new Array(100).fill(0)).stoppedAt).toBeUndefined();
  });

  it('takes a value that is not a number for no improvement', () => {
    const result = run({ patience: 2, minDelta: 0, mode: 'min' }, [Number.NaN, 1, Number.NaN, Number.NaN]);
    expect(result).toMatchObject({ stoppedAt: 3, kept: [1], state: { best: 1 } });
  });

  it('has the same verdicts for a loss as for its negative to be raised', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1 }), fc.nat(3), (values, patience) => {
        const min = run({ patience: patience + 1, minDelta: 1, mode: 'min' }, values);
        const negative = values.map((value) => -value);
        const max = run({ patience: patience + 1, minDelta: 1, mode: 'max' }, negative);
        expect([max.kept, max.stoppedAt]).toEqual([min.kept, min.stoppedAt]);
        const seen = values.slice(0, (min.stoppedAt ?? values.length) + 1);
        expect(min.state.best).toBe(Math.min(...seen));
        expect(seen[min.state.bestEpoch!]).toBe(min.state.best);
      }),
    );
  });

  it('goes on from a state that went through JSON', () => {
    const settings: EarlyStopping = { patience: 2, minDelta: 0, mode: 'min' };
    const { state } = measure(settings, NOTHING_MEASURED, 0, 1);
    const copy = JSON.parse(JSON.stringify(state)) as typeof state;
    expect(measure(settings, copy, 1, 2)).toEqual(measure(settings, state, 1, 2));
  });
});
