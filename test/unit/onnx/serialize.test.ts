import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { expect, it } from 'vitest';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { concat, neg, relu, reshape } from '../../../engine/src/onnx/operators.ts';
import { serializeModel } from '../../../engine/src/onnx/serialize.ts';

/** The shapes that a model says of what is neither an input nor an output, by the operator that makes it. */
function innerShapes(graph: Graph, named: boolean) {
  const { valueInfo } = fromBinary(ModelProtoSchema, serializeModel(graph, { named })).graph!;
  return valueInfo.map(({ name, type }) => {
    const shape = type!.value.case === 'tensorType' ? type!.value.value.shape! : undefined;
    return [name.replace(/_\d+$/, ''), shape!.dim.map(({ value }) => value.value)];
  });
}

it('says the sizes of inner values where they are to be named, and none of a name that no input has', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', 4]);
  const both = concat([relu(x), x], 0);
  graph.output('y', neg(reshape(both, ['all'])));
  expect(innerShapes(graph, true)).toEqual([
    ['Relu', ['rows', 4n]],
    ['Concat', ['rows+rows', 4n]],
    ['Reshape', [undefined]],
    ['Neg', [undefined]],
  ]);
  expect(innerShapes(graph, false)).toEqual([]);
});
