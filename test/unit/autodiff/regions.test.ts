import { describe, expect, it } from 'vitest';
import { mergeRows, partitionRows, selectRows } from '../../../engine/src/autodiff/rows.ts';
import type { Value } from '../../../engine/src/onnx/graph.ts';
import { concat, exp, mul, reshape } from '../../../engine/src/onnx/operators.ts';
import { Random } from '../../../engine/src/random.ts';
import { crossEntropy } from '../../../engine/src/train/cross-entropy.ts';
import { type CaseInput, checkGradient, type GradientCase, type Sizes } from './check-gradient.ts';

const indices = (values: readonly number[], shape: readonly number[] = [values.length]): CaseInput => ({
  shape,
  fixed: Int32Array.from(values),
});

/** 0 … n − 1 in a random order, and the place of each in it. */
function permutation(n: number, seed: number): { order: number[]; inverse: number[] } {
  const order = Random.fromSeed(seed).shuffle(Array.from({ length: n }, (_, i) => i));
  return { order, inverse: order.map((_, i) => order.indexOf(i)) };
}

/** a + b · c rows in a random order, as one part [a] and one part [b, c], and the way back. */
function twoParts({ a, b, c, seed }: Sizes): [CaseInput, CaseInput, CaseInput] {
  const { order, inverse } = permutation(a + b * c, seed);
  return [indices(order.slice(0, a)), indices(order.slice(a), [b, c]), indices(inverse)];
}

const ROWS: Readonly<Record<string, GradientCase>> = {
  partitionRows: {
    title: 'partitionRows',
    inputs: (sizes) => [{ shape: [sizes.a + sizes.b * sizes.c, sizes.d] }, ...twoParts(sizes)],
    build: ([source, first, second, inverse], { d }) => {
      const [p, q] = partitionRows(source!, [first!, second!], inverse!) as [Value, Value];
      return concat([exp(reshape(q, ['q', d])), mul(p, p)], 0);
    },
  },
  mergeRows: {
    title: 'mergeRows',
    inputs: (sizes) => [{ shape: [sizes.a, sizes.d] }, { shape: [sizes.b, sizes.c, sizes.d] }, ...twoParts(sizes)],
    build: ([p, q, first, second, inverse]) => exp(mergeRows([p!, q!], inverse!, [first!, second!])),
  },
  selectRows: {
    title: 'selectRows',
    inputs: ({ a, b, d, seed }) => {
      const { order, inverse } = permutation(a + b, seed);
      return [{ shape: [a + b, d] }, indices(order.slice(0, a)), indices(inverse.map((place) => Math.min(place, a)))];
    },
    build: ([source, selected, inverse]) => exp(selectRows(source!, selected!, inverse!)),
  },
  crossEntropy: {
    title: 'crossEntropy',
    inputs: ({ a, b, seed }) => {
      const random = Random.fromSeed(seed);
      const targets = Array.from({ length: a }, () => BigInt(random.integer(b)));
      return [
        { shape: [a, b], declared: ['n', b] },
        { shape: [a, 1], declared: ['n', 1], fixed: BigInt64Array.from(targets) },
        { shape: [a, 1], declared: ['n', 1], constant: true },
      ];
    },
    build: ([logits, targets, weights]) => crossEntropy(logits!, targets!, weights!).loss,
  },
};

describe('functions with a gradient of their own agree with differences', () => {
  it.each(Object.keys(ROWS))('%s', (name) => checkGradient(ROWS[name]!));
});

it('the check of partitionRows fails where the inverse index is not the inverse', async () => {
  const { inputs, build } = ROWS.partitionRows!;
  const wrong: GradientCase = {
    title: 'wrong',
    inputs: (sizes) => {
      const [source, first, second, inverse] = inputs({ ...sizes, a: 2, b: 2, c: 2 });
      const shifted = inverse!.fixed as Int32Array;
      return [source!, first!, second!, indices([...shifted.subarray(1), shifted[0]!])];
    },
    build,
  };
  await expect(checkGradient(wrong)).rejects.toThrow('its gradient says');
});
