import { withGradient } from '../autodiff/gradient-rule.ts';
import type { Value } from '../onnx/graph.ts';
import { exp, gatherElements, logSoftmax, mul, neg, reduceSum, scatterElements } from '../onnx/operators.ts';

export interface CrossEntropy {
  /** Σ weight · −log p(target), a scalar. */
  readonly loss: Value;
  /** log p(target) of each row, [n, 1]. */
  readonly logProbabilities: Value;
}

/**
 * Cross-entropy of logits [n, vocab] at `targets` [n, 1] (int64), each row counting `weights` [n, 1] times.
 * Its gradient is (softmax(logits) − one-hot(target)) · weight, without a one-hot matrix being built.
 */
export function crossEntropy(logits: Value, targets: Value, weights: Value): CrossEntropy {
  let all: Value | undefined;
  const [loss, logProbabilities] = withGradient(
    [logits],
    () => {
      all = logSoftmax(logits);
      const picked = gatherElements(all, targets, 1);
      return [neg(reduceSum(mul(picked, weights), [0, 1], false)), picked];
    },
    ([gradient]) => {
      const scaled = mul(weights, gradient!);
      return [scatterElements(mul(exp(all!), scaled), targets, neg(scaled), 1, 'add')];
    },
  ) as [Value, Value];
  return { loss, logProbabilities };
}
