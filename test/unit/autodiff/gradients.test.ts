import { describe, expect, it } from 'vitest';
import { withGradient } from '../../../engine/src/autodiff/gradient-rule.ts';
import { gradients } from '../../../engine/src/autodiff/gradients.ts';
import { Graph, type Value } from '../../../engine/src/onnx/graph.ts';
import * as op from '../../../engine/src/onnx/operators.ts';
import { checkGradient } from './check-gradient.ts';

describe('gradients', () => {
  it('adds up what reaches a value on several ways', () =>
    checkGradient({
      title: '',
      inputs: ({ a, b }) => [{ shape: [a, b] }, { shape: [b] }],
      build: ([x, y]) => {
        const sum = op.add(x!, y!);
        return op.mul(op.add(op.mul(sum, x!), sum), op.tanh(sum));
      },
    }));

  it('gives the seed itself where the output is the target', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3]);
    const seed = graph.input('seed', 'float32', [2, 3]);
    expect(gradients(x, seed, [x])).toEqual([seed]);
  });

  it('asks the outer one of two custom gradients inside one another', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const never = () => {
      throw new Error('the inner rule was asked');
    };
    const [y] = withGradient(
      [x],
      () => withGradient([x], () => [op.mul(x, x)], never),
      ([dy]) => [op.neg(dy!)],
    );
    const seed = graph.float([1, 1]);
    const [gradient] = gradients(y!, seed, [x]);
    expect(graph.nodes.at(-1)).toMatchObject({ opType: 'Neg', inputs: [seed], outputs: [gradient] });
  });

  it('computes nothing for a frozen weight', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3]);
    const frozen = graph.input('frozen', 'float32', [3, 4]);
    const y = op.gemm(x, frozen);
    const before = graph.nodes.length;
    gradients(y, graph.input('seed', 'float32', [2, 4]), [x]);
    expect(graph.nodes.slice(before).map((node) => node.opType)).toEqual(['Gemm']);
  });

  it('does not look at operators that no target reaches', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [4, 3]);
    const rows = op.gather(graph.input('table', 'float32', [9, 3]), graph.input('ids', 'int32', [4]));
    expect(() => gradients(op.add(x, rows), graph.input('seed', 'float32', [4, 3]), [x])).not.toThrow();
  });
});

describe('what cannot be differentiated is said, not taken for a constant', () => {
  const attempt = (build: (x: Value, graph: Graph) => Value, shape: readonly (number | string)[] = [4, 3]) => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', shape);
    const y = build(x, graph);
    return () => gradients(y, graph.input('seed', 'float32', y.shape), [x]);
  };

  it('an operator without a rule, by name', () => {
    expect(attempt((x, graph) => op.exp(op.gather(x, graph.int([0, 2]))))).toThrow(
      /no gradient rule for operator Gather \(node Gather_\d+\)/,
    );
  });

  it('an output that does not depend on a target', () => {
    expect(attempt((_, graph) => op.exp(graph.input('other', 'float32', [2])))).toThrow('does not depend on x');
  });

  it('the mean that layer normalisation also gives', () => {
    const build = (x: Value, graph: Graph) => {
      const weights = graph.input('weights', 'float32', [3]);
      const [y, mean] = op.layerNormalization(x, weights, weights, 1e-5);
      return op.add(y, mean);
    };
    expect(attempt(build)).toThrow('LayerNormalization');
  });

  it('the mean over an axis of unknown size', () => {
    expect(attempt((x) => op.reduceMean(x, [0], false), ['n', 3])).toThrow('mean over an axis of unknown size');
  });

  it('an LSTM over a sequence of unknown length', () => {
    const build = (x: Value, graph: Graph) =>
      op.bidirectionalLstm(
        x,
        graph.input('w', 'float32', [2, 8, 3]),
        graph.input('r', 'float32', [2, 8, 2]),
        graph.input('b', 'float32', [2, 16]),
        2,
      );
    expect(attempt(build, ['steps', 1, 3])).toThrow('LSTM needs fixed sizes');
  });
});
