import { withGradient } from '../autodiff/gradient-rule.ts';
import type { Value } from '../onnx/graph.ts';
import { exp, gatherElements, logSoftmax, mul, neg, reduceSum, scatterElements } from '../onnx/operators.ts';

/**
 * Cross-entropy of logits [n, vocab] at `targets` [n, 1] (int64), each row counting `weights` [n, 1] times:
 * Σ weight · −log p(target), a scalar, and its summands [n, 1], through which no gradient flows.
 * Its gradient is (softmax(logits) − one-hot(target)) · weight, without a one-hot matrix being built.
 */
export function crossEntropy(logits: Value, targets: Value, weights: Value): { loss: Value; losses: Value } {
  let all: Value | undefined;
  let losses: Value | undefined;
  const [loss] = withGradient(
    [logits],
    () => {
      all = logSoftmax(logits);
      losses = neg(mul(gatherElements(all, targets, 1), weights));
      return [reduceSum(losses, [0, 1], false)];
    },
    ([gradient]) => {
      const scaled = mul(weights, gradient!);
      return [scatterElements(mul(exp(all!), scaled), targets, neg(scaled), 1, 'add')];
    },
  );
  return { loss: loss!, losses: losses! };
}
