import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdamW, type AdamWSettings, clipGlobalNorm } from '../../../engine/src/train/adamw.ts';

const settings: AdamWSettings = { betas: [0.9, 0.98], eps: 1e-8, weightDecay: 0.01 };
const small = { min: Math.fround(-10), max: Math.fround(10), noNaN: true };
const numbers = fc.array(fc.float(small), { minLength: 1, maxLength: 20 });

/** PyTorch's documentation of AdamW, line by line, for one number in double precision. */
function reference({ betas, eps, weightDecay }: AdamWSettings, theta: number, gradients: number[], lr: number): number {
  let m = 0;
  let v = 0;
  gradients.forEach((g, i) => {
    const t = i + 1;
    theta = theta - lr * weightDecay * theta;
    m = betas[0] * m + (1 - betas[0]) * g;
    v = betas[1] * v + (1 - betas[1]) * g ** 2;
    const mHat = m / (1 - betas[0] ** t);
    const vHat = v / (1 - betas[1] ** t);
    theta = theta - (lr * mHat) / (Math.sqrt(vHat) + eps);
  });
  return theta;
}

describe('AdamW', () => {
  it('follows PyTorch’s algorithm, number by number', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ start: fc.float(small), gradients: fc.array(fc.float(small), { minLength: 8, maxLength: 8 }) }),
          {
            minLength: 1,
            maxLength: 10,
          },
        ),
        fc.constantFrom(1e-4, 1e-2, 0.3),
        fc.constantFrom(1e-8, 1e-3, 0.5),
        (columns, lr, eps) => {
          const adam = new AdamW({ ...settings, eps });
          const param = Float32Array.from(columns, ({ start }) => start);
          for (let t = 0; t < 8; t++) adam.step([param], [Float32Array.from(columns, (c) => c.gradients[t]!)], lr);
          columns.forEach(({ start, gradients }, i) => {
            const expected = reference({ ...settings, eps }, start, gradients, lr);
            expect(Math.abs(param[i]! - expected)).toBeLessThan(1e-5 * (1 + Math.abs(expected)));
          });
        },
      ),
    );
  });

  it('moves by the learning rate against the sign of the first gradient, whatever its size', () => {
    const param = new Float32Array([1, 1, 1]);
    new AdamW({ ...settings, weightDecay: 0 }).step([param], [new Float32Array([1e-3, -50, 0])], 0.1);
    expect(param[0]).toBeCloseTo(0.9, 4);
    expect(param[1]).toBeCloseTo(1.1, 4);
    expect(param[2]).toBe(1);
  });

  it('only decays where the gradient is zero', () => {
    const param = new Float32Array([2, -4]);
    new AdamW({ ...settings, weightDecay: 0.5 }).step([param], [new Float32Array(2)], 0.1);
    expect([...param]).toEqual([2 * 0.95, -4 * 0.95].map(Math.fround));
  });

  it('treats the parameters one by one: how they are cut into arrays makes no difference', () => {
    fc.assert(
      fc.property(numbers, fc.nat(20), (values, cut) => {
        const whole = [Float32Array.from(values)];
        const parts = [Float32Array.from(values.slice(0, cut)), Float32Array.from(values.slice(cut))];
        const gradient = Float32Array.from(values, (x) => 2 * x - 1);
        const [one, two] = [new AdamW(settings), new AdamW(settings)];
        for (let i = 0; i < 3; i++) {
          one.step(whole, [gradient], 0.01);
          two.step(parts, [gradient.slice(0, cut), gradient.slice(cut)], 0.01);
        }
        expect([...parts[0]!, ...parts[1]!]).toEqual([...whole[0]!]);
      }),
    );
  });

  it('applies the scale of the gradients as if they came scaled', () => {
    const [a, b] = [new Float32Array([1, 2]), new Float32Array([1, 2])];
    new AdamW({ ...settings, eps: 0.1 }).step([a], [new Float32Array([4, -8])], 0.1, 0.25);
    new AdamW({ ...settings, eps: 0.1 }).step([b], [new Float32Array([1, -2])], 0.1);
    expect([...a]).toEqual([...b]);
  });

  it('goes on from a restored state bit for bit', () => {
    fc.assert(
      fc.property(numbers, fc.nat(5), (values, before) => {
        const gradient = Float32Array.from(values, (x) => Math.sin(x));
        const param = Float32Array.from(values);
        const adam = new AdamW(settings);
        for (let i = 0; i < before; i++) adam.step([param], [gradient], 0.01);
        const restored = new AdamW(settings);
        restored.restore(adam.state());
        const copy = param.slice();
        for (let i = 0; i < 3; i++) {
          adam.step([param], [gradient], 0.01);
          restored.step([copy], [gradient], 0.01);
        }
        expect(copy).toEqual(param);
        expect(adam.state().step).toBe(before + 3);
      }),
    );
  });

  it('refuses arrays that do not fit, and changes nothing', () => {
    const param = new Float32Array([1, 2]);
    const adam = new AdamW(settings);
    adam.step([param], [new Float32Array([1, 1])], 0.1);
    const before = param.slice();
    expect(() => adam.step([param, param], [new Float32Array(2), new Float32Array(2)], 0.1)).toThrow(RangeError);
    expect(() => adam.step([param], [new Float32Array(3)], 0.1)).toThrow(RangeError);
    expect(param).toEqual(before);
    expect(adam.state().step).toBe(1);
    const moments = { step: 1, m: [new Float32Array(2)], v: [new Float32Array(3)] };
    expect(() => adam.restore(moments)).toThrow(RangeError);
  });
});

describe('clipGlobalNorm', () => {
  it('measures all gradients together', () => {
    const gradients = [new Float32Array([3, 0]), new Float32Array([0, 0, 4]), new Float32Array(0)];
    expect(clipGlobalNorm(gradients, 1)).toEqual({ norm: 5, scale: 1 / (5 + 1e-6) });
    expect(clipGlobalNorm(gradients, 10)).toEqual({ norm: 5, scale: 1 });
    expect(clipGlobalNorm(gradients, null)).toEqual({ norm: 5, scale: 1 });
  });

  it('brings the norm to the maximum or below, and never makes a gradient larger', () => {
    fc.assert(
      fc.property(
        fc.array(numbers, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 1e-3, max: 100, noNaN: true }),
        (lists, max) => {
          const gradients = lists.map((list) => Float32Array.from(list));
          const { norm, scale } = clipGlobalNorm(gradients, max);
          expect(norm).toBeCloseTo(Math.hypot(...lists.flat()), 4);
          expect(scale).toBeLessThanOrEqual(1);
          expect(norm * scale).toBeLessThanOrEqual(max);
        },
      ),
    );
  });

  it('shows a gradient that is not finite', () => {
    expect(clipGlobalNorm([new Float32Array([1, Number.NaN])], 1).norm).toBeNaN();
    expect(clipGlobalNorm([new Float32Array([1, Number.POSITIVE_INFINITY])], 1).norm).toBe(Number.POSITIVE_INFINITY);
  });
});
