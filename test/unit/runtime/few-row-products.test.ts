import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { gemm } from '../../../engine/src/onnx/operators.ts';
import { Random } from '../../../engine/src/random.ts';
import { Session, type SessionOptions } from '../../../engine/src/runtime/session.ts';
import { float32 } from '../../../engine/src/runtime/tensor.ts';

const IN = 24;
const OUT = 40;
const random = Random.fromSeed(5);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random.uniform() - 1);
const weights = numbers(IN * OUT);
const back = numbers(OUT * IN);
const bias = numbers(OUT);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ptask-few-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * x [rows, IN] through a weight stored [out, in] with a bias, and back through one stored [in, out]; and, by the runtime's own
 * profile, the sizes of the operands of each of its products.
 */
async function run(rows: number, options: SessionOptions): Promise<{ y: number[]; products: number[][][] }> {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', IN]);
  const stored = graph.initializer('weights', 'float32', [OUT, IN], weights);
  const inner = gemm(x, stored, graph.initializer('bias', 'float32', [OUT], bias), { transB: true });
  graph.output('y', gemm(inner, graph.initializer('back', 'float32', [OUT, IN], back)));
  const profile = mkdtempSync(path.join(folder, 'profile-'));
  const session = await Session.create(graph, { ...options, profilePrefix: path.join(profile, 'p') });
  const { y } = await session.run({
    x: float32(
      Float32Array.from({ length: rows * IN }, (_, i) => Math.sin(i)),
      [rows, IN],
    ),
  });
  await session.release();
  const [file] = readdirSync(profile);
  const events = JSON.parse(readFileSync(path.join(profile, file!), 'utf8')) as {
    readonly args?: { readonly op_name?: string; readonly input_type_shape?: Record<string, number[]>[] };
  }[];
  const products = events
    .filter(({ args }) => args?.op_name === 'Gemm')
    .map(({ args }) => args!.input_type_shape!.slice(0, 2).map((operand) => Object.values(operand)[0]!));
  return { y: [...(y!.data as Float32Array)], products };
}

it.each([1, 2, 7])('gives what the product as it stands gives: %i rows', async (rows) => {
  const [few, plain] = [await run(rows, { fewRows: true }), await run(rows, {})];
  expect(few.y).toHaveLength(rows * IN);
  few.y.forEach((value, i) => {
    expect(value).toBeCloseTo(plain.y[i]!, 4);
  });
});

it('has a weight stored [out, in] as the first operand, where it is not copied, also once the runtime has been over the graph', async () => {
  const { products } = await run(3, { fewRows: true });
  expect(products).toEqual([
    [
      [OUT, IN],
      [IN, 3],
    ],
    // One stored [in, out] would have to be transposed, which takes longer than the copy.
    [
      [3, OUT],
      [OUT, IN],
    ],
  ]);
});
