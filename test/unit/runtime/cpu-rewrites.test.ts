import { expect, it } from 'vitest';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { layerNormalization, rmsNormalization } from '../../../engine/src/onnx/operators.ts';
import { Random } from '../../../engine/src/random.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { float32 } from '../../../engine/src/runtime/tensor.ts';

const WIDTH = 96;
const EPSILON = 1e-5;
const random = Random.fromSeed(1);
const numbers = (f: (x: number) => number) => Float32Array.from({ length: WIDTH }, () => f(2 * random.uniform() - 1));
const scale = numbers((x) => 1 + x / 2);
const bias = numbers((x) => x);

/** Rows as a backbone has them, far from zero, of one value alone, and tiny. */
const ROWS: Readonly<Record<string, Float32Array>> = {
  ordinary: numbers((x) => 3 * x),
  'far from zero': numbers((x) => 100 + x),
  large: numbers((x) => 1e4 * x),
  'of one value': numbers(() => 0.75),
  'near zero': numbers((x) => 1e-4 * x),
  zero: numbers(() => 0),
};

it.each([
  { name: 'LayerNormalization', centred: true },
  { name: 'SimplifiedLayerNormalization', centred: false },
])('$name is what its definition says, on the CPU', async ({ name, centred }) => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', WIDTH]);
  const of = (values: Float32Array) => graph.float([...values]);
  const [y, ...statistics] = centred
    ? layerNormalization(x, of(scale), of(bias), EPSILON)
    : rmsNormalization(x, of(scale), EPSILON);
  graph.output('y', y);
  graph.output('inverse', statistics.at(-1)!);
  const session = await Session.create(graph);
  expect(graph.nodes.map((node) => node.opType)).not.toContain(name);

  const rows = Object.entries(ROWS);
  const all = Float32Array.from(rows.flatMap(([, row]) => [...row]));
  const results = await session.run({ x: float32(all, [rows.length, WIDTH]) });
  await session.release();
  rows.forEach(([title, row], i) => {
    const mean = centred ? average(row) : 0;
    const inverse = 1 / Math.sqrt(average(row.map((value) => (value - mean) ** 2)) + EPSILON);
    expect(relative(Number(results.inverse!.data[i]), inverse), title).toBeLessThan(1e-4);
    row.forEach((value, j) => {
      const expected = (value - mean) * inverse * scale[j]! + (centred ? bias[j]! : 0);
      expect(Math.abs(Number(results.y!.data[i * WIDTH + j]) - expected), `${title}, ${j}`).toBeLessThan(1e-3);
    });
  });
});

const average = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const relative = (found: number, expected: number) => Math.abs(found - expected) / Math.abs(expected);
