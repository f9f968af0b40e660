import { expect, it } from 'vitest';
import { gradients } from '../../../engine/src/autodiff/gradients.ts';
import { xielu } from '../../../engine/src/backbone/apertus.ts';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { float32 } from '../../../engine/src/runtime/tensor.ts';

/** What `XIELUActivation` of transformers computes, and its derivative, in float64. */
const EPSILON = -1e-6;
const heightOf = (x: number, p: number, n: number) =>
  x > 0 ? p * x * x + 0.5 * x : (Math.expm1(Math.min(x, EPSILON)) - x) * n + 0.5 * x;
const slopeOf = (x: number, p: number, n: number) =>
  x > 0 ? 2 * p * x + 0.5 : ((x < EPSILON ? Math.exp(x) : 0) - 1) * n + 0.5;

it('xIELU and its gradient are those of transformers, at zero and just below it, too', async () => {
  const points = Float32Array.of(-100, -5, -1, -0.1, -1e-3, -2e-6, -5e-7, 0, 1e-7, 1e-3, 0.1, 1, 5, 100);
  const [p, n] = [0.8, 1.3];
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['n']);
  const y = xielu(x, graph.float([p], [1]), graph.float([n], [1]));
  graph.output('y', y);
  graph.output('dx', gradients(y, graph.input('dy', 'float32', ['n']), [x])[0]!);
  const session = await Session.create(graph);
  const ones = new Float32Array(points.length).fill(1);
  const found = await session.run({ x: float32(points, [points.length]), dy: float32(ones, [points.length]) });
  await session.release();
  points.forEach((point, i) => {
    const near = (value: number, expected: number) =>
      expect(Math.abs(value - expected), `at ${point}`).toBeLessThan(3e-7 * Math.max(1, Math.abs(expected)));
    near(Number(found.y!.data[i]), heightOf(point, p, n));
    near(Number(found.dx!.data[i]), slopeOf(point, p, n));
  });
});
