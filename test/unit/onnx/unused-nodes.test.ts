import { expect, it } from 'vitest';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { add, gelu, mul } from '../../../engine/src/onnx/operators.ts';
import { dropUnused } from '../../../engine/src/onnx/unused-nodes.ts';

const operators = (graph: Graph) => graph.nodes.map(({ opType }) => opType);
const weights = (graph: Graph) => [...graph.initializers.keys()].map(({ name }) => name);

it('leaves what an output depends on, in its order', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows']);
  const file = { location: 'f', offset: 0, length: 4 };
  const used = add(x, graph.initializer('used', 'float32', [1], file));
  gelu(mul(used, graph.initializer('unused', 'float32', [1], file)), 'none');
  graph.output('y', gelu(used, 'none'));
  dropUnused(graph);
  expect(operators(graph)).toEqual(['Add', 'Gelu', 'Identity']);
  expect(weights(graph)).toEqual(['used']);
});

it('leaves what is read in a body alone, or in a body of a body', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows']);
  const [inOuter, inInner] = [gelu(x, 'none'), mul(x, x)];
  const inner = graph.subgraph();
  inner.node('Neg', [inInner], [inInner]);
  const outer = graph.subgraph();
  outer.node('Neg', [inOuter], [inOuter]);
  outer.node('Scan', [], [inOuter], { attributes: { body: { graph: inner } } });
  graph.output('y', graph.node('Scan', [x], [x], { attributes: { body: { graph: outer } } })[0]!);
  dropUnused(graph);
  expect(operators(graph)).toEqual(['Gelu', 'Mul', 'Scan', 'Identity']);
});
