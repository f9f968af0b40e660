import { describe, expect, it } from 'vitest';
import { withGradient } from '../../../engine/src/autodiff/gradient-rule.ts';
import { differentiableOperators } from '../../../engine/src/autodiff/rules.ts';
import type { Value } from '../../../engine/src/onnx/graph.ts';
import { exp, mul, mulScalar, tanh } from '../../../engine/src/onnx/operators.ts';
import { checkGradient } from './check-gradient.ts';
import { OPERATOR_CASES } from './operator-cases.ts';

describe('every gradient rule agrees with differences', () => {
  it('has a case for each operator of the table', () => {
    expect(Object.keys(OPERATOR_CASES).sort()).toEqual(differentiableOperators().sort());
  });

  describe.each(Object.keys(OPERATOR_CASES))('%s', (opType) => {
    it.each(OPERATOR_CASES[opType]!)('$title', (gradientCase) => checkGradient(gradientCase, opType));
  });
});

describe('the check by differences', () => {
  const withRule = (rule: (dy: Value, x: Value) => Value) => ({
    title: '',
    inputs: ({ a, b }: { a: number; b: number }) => [{ shape: [a, b] }],
    build: ([x]: Value[]) =>
      withGradient(
        [x!],
        () => [exp(x!)],
        ([dy]) => [rule(dy!, x!)],
      )[0]!,
  });

  it('passes a right gradient', () => checkGradient(withRule((dy, x) => mul(dy, exp(x)))));

  it('notices a gradient that is a tenth too large', async () => {
    await expect(checkGradient(withRule((dy, x) => mulScalar(mul(dy, exp(x)), 1.1)))).rejects.toThrow(
      'its gradient says',
    );
  });

  it('notices the gradient of another function', async () => {
    await expect(checkGradient(withRule((dy, x) => mul(dy, tanh(x))))).rejects.toThrow('its gradient says');
  });
});
