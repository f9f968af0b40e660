import { expect, it } from 'vitest';
import { Graph } from '../../engine/src/onnx/graph.ts';
import { mul, reduceSum } from '../../engine/src/onnx/operators.ts';
import { isOutOfMemory } from '../../engine/src/runtime/out-of-memory.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { float32 } from '../../engine/src/runtime/tensor.ts';

it('a table that the device has no room for is told as such, and a smaller one is computed afterwards', async () => {
  const graph = new Graph();
  const column = graph.input('column', 'float32', ['n', 1]);
  const row = graph.input('row', 'float32', [1, 'n']);
  graph.output('sums', reduceSum(mul(column, row), [1], true));
  const session = await Session.create(graph, { provider: 'webgpu' });
  const sumsOf = async (n: number) => {
    const ones = new Float32Array(n).fill(1);
    const { sums } = await session.run({ column: float32(ones, [n, 1]), row: float32(ones, [1, n]) });
    return sums!.data;
  };
  // Refused by the device, by the limits that it tells, and by a shader that is to take it in pieces.
  for (const n of [20_000, 17_000, 60_000]) {
    const error = await sumsOf(n).catch((reason: unknown) => reason);
    expect(isOutOfMemory(error), String(error)).toBe(true);
    expect((await sumsOf(50))[49]).toBe(50);
  }
  await session.release();
});
