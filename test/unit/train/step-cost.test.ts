import { describe, expect, it } from 'vitest';
import { TOKENS_A_RUN } from '../../../engine/src/train/batch-runs.ts';
import { type ModelSizes, reckonBytes, reckonSeconds } from '../../../engine/src/train/step-cost.ts';

/** 1000 numbers in the layers, 500 for the vocabulary. */
const model: ModelSizes = { layers: 0, hidden: 10, vocabulary: 50, parameters: 1500, bytes: 6000 };

describe('the seconds of a step', () => {
  it('are those of its products: of each token with the layers, and of each target with the vocabulary', () => {
    // A multiplication and an addition, forward and backward; a step reaches three quarters of the speed.
    expect(reckonSeconds(model, { tokens: 3, targets: 0 }, 1000)).toBeCloseTo((4 * 3 * 1000) / 750, 10);
    expect(reckonSeconds(model, { tokens: 0, targets: 2 }, 1000)).toBeCloseTo((4 * 2 * 500) / 750, 10);
    const both = reckonSeconds(model, { tokens: 3, targets: 2 }, 1000);
    expect(both).toBeCloseTo((4 * (3 * 1000 + 2 * 500)) / 750, 10);
    expect(reckonSeconds(model, { tokens: 3, targets: 2 }, 2000)).toBeCloseTo(both / 2, 10);
  });

  it('are more with each layer, however narrow', () => {
    const seconds = (layers: number) => reckonSeconds({ ...model, layers }, { tokens: 3, targets: 2 }, 1000);
    expect(seconds(1)).toBeGreaterThan(seconds(0));
    expect(seconds(8) - seconds(0)).toBeCloseTo(8 * (seconds(1) - seconds(0)), 10);
  });
});

describe('the bytes of a step', () => {
  const bytes = (sizes: Partial<ModelSizes>, tokens = 1, targets = 0) =>
    reckonBytes({ ...model, ...sizes }, { tokens, targets });

  it('have the weights in them as they are stored, and a small model’s in two more layouts', () => {
    const none = bytes({ bytes: 0, parameters: 0 });
    expect(bytes({}) - none).toBe(3 * 6000);
    // As float32 where nobody knows how they are stored.
    expect(bytes({ bytes: undefined }) - none).toBe(3 * 6000);
    const large = 2 ** 31;
    expect(bytes({ parameters: large, bytes: 2 * large }) - none).toBe(2 * large);
  });

  it('grow with the tokens and targets that are run at once, and with no others', () => {
    const of = (tokens: number, targets = 0) => bytes({ layers: 2 }, tokens, targets);
    expect(of(20) - of(10)).toBeGreaterThan(0);
    expect(of(20) - of(10)).toBeCloseTo(2 * (of(10) - of(5)), 6);
    // Logits, in three copies.
    expect(of(10, 4) - of(10)).toBe(3 * 4 * 4 * model.vocabulary);
    expect(of(4 * TOKENS_A_RUN, 400)).toBe(of(TOKENS_A_RUN, 100));
  });
});
