import { afterAll, expect, it } from 'vitest';
import { Graph } from '../../../engine/src/onnx/graph.ts';
import { useInt8Products } from '../../../engine/src/onnx/int8-products.ts';
import { gemm, mulScalar } from '../../../engine/src/onnx/operators.ts';
import { Random } from '../../../engine/src/random.ts';
import { largestInt8 } from '../../../engine/src/runtime/int8-range.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { float32 } from '../../../engine/src/runtime/tensor.ts';

const IN = 40;
const OUT = 24;
const random = Random.fromSeed(3);
const numbers = (length: number, f: (x: number) => number = (x) => x) =>
  Float32Array.from({ length }, () => f(2 * random.uniform() - 1));
const sessions: Session[] = [];
afterAll(async () => {
  for (const session of sessions) await session.release();
});

/** x [rows, IN] · matrix [IN, OUT] + bias, in 8 bits; `transposed` stores the matrix the other way round. */
async function int8Product(
  x: Float32Array,
  matrix: Float32Array,
  { bias, transposed = false }: { bias?: Float32Array; transposed?: boolean } = {},
): Promise<Float32Array> {
  const graph = new Graph();
  const rows = x.length / IN;
  const stored = transposed
    ? graph.initializer('matrix', 'float32', [OUT, IN], transpose(matrix))
    : graph.initializer('matrix', 'float32', [IN, OUT], matrix);
  const c = bias && graph.initializer('bias', 'float32', [OUT], bias);
  const input = graph.input('x', 'float32', ['rows', IN]);
  graph.output('y', gemm(input, stored, c, { transB: transposed }));
  useInt8Products(graph, { largest: await largestInt8(), vocabSize: 0 });
  expect(graph.nodes.map(({ opType }) => opType)).not.toContain('Gemm');
  const session = await Session.create(graph, { prepack: true });
  sessions.push(session);
  return (await session.run({ x: float32(x, [rows, IN]) })).y!.data as Float32Array;
}

const transpose = (matrix: Float32Array) =>
  Float32Array.from({ length: IN * OUT }, (_, i) => matrix[(i % IN) * OUT + Math.floor(i / IN)]!);

function product(x: Float32Array, matrix: Float32Array, bias?: Float32Array): number[] {
  return Array.from({ length: (x.length / IN) * OUT }, (_, at) => {
    const [row, column] = [Math.floor(at / OUT), at % OUT];
    let sum = bias?.[column] ?? 0;
    for (let k = 0; k < IN; k++) sum += x[row * IN + k]! * matrix[k * OUT + column]!;
    return sum;
  });
}

/** The largest difference in any entry, of the largest entry. */
function error(found: ArrayLike<number>, expected: readonly number[]): number {
  return (
    Math.max(...expected.map((value, i) => Math.abs(found[i]! - value))) / Math.max(...expected.map((x) => Math.abs(x)))
  );
}

it.each([{ transposed: false }, { transposed: true }])('is the product, but for rounding: $transposed', async (how) => {
  const [x, matrix, bias] = [numbers(7 * IN), numbers(IN * OUT, (v) => v / 50), numbers(OUT)];
  const found = await int8Product(x, matrix, { ...how, bias });
  expect(error(found, product(x, matrix, bias))).toBeLessThan(0.01);
});

it('is exact where rows and columns are whole steps', async () => {
  const largest = await largestInt8();
  // The largest number of each row and column, which its steps are measured by, is the first.
  const x = numbers(5 * IN, (v) => Math.round(127 * v) / 1000).map((v, i) => (i % IN === 0 ? 0.127 : v));
  const matrix = numbers(IN * OUT, (v) => Math.round(largest * v) * 4).map((v, i) => (i < OUT ? largest * 4 : v));
  expect(error(await int8Product(x, matrix), product(x, matrix))).toBeLessThan(1e-6);
});

it('takes each row alike, whatever stands beside it', async () => {
  const matrix = numbers(IN * OUT);
  const small = numbers(IN, (v) => v * 1e-6);
  const large = numbers(IN, (v) => v * 1e6);
  const alone = await int8Product(small, matrix);
  const beside = await int8Product(Float32Array.from([...large, ...small]), matrix);
  expect([...beside.slice(OUT)]).toEqual([...alone]);
  expect(error(alone, product(small, matrix))).toBeLessThan(0.02);
});

it('takes zeros as zeros', async () => {
  const matrix = numbers(IN * OUT);
  for (let k = 0; k < IN; k++) matrix[k * OUT + 5] = 0;
  const x = Float32Array.from([...new Float32Array(IN), ...numbers(IN)]);
  const found = await int8Product(x, matrix);
  expect([...found.slice(0, OUT)]).toEqual([...new Float32Array(OUT)]);
  expect(found[OUT + 5]).toBe(0);
});

it('leaves products with the vocabulary, whose matrices are to be fed unless the integers are', () => {
  for (const beforehand of [false, true]) {
    const graph = new Graph();
    const [matrix, words] = [
      graph.initializer('matrix', 'float32', [IN, OUT], numbers(IN * OUT)),
      graph.initializer('words', 'float32', [OUT * 2, OUT], numbers(OUT * OUT * 2)),
    ];
    const hidden = gemm(graph.input('x', 'float32', ['rows', IN]), matrix);
    graph.output('logits', gemm(hidden, words, undefined, { transB: true }));
    const fed = useInt8Products(graph, { largest: 127, vocabSize: OUT * 2, beforehand });
    expect(graph.nodes.filter(({ opType }) => opType === 'Gemm').map(({ inputs }) => inputs[1]!.name)).toEqual([
      'words',
    ]);
    expect(graph.nodes.some(({ opType }) => opType === 'MatMulIntegerToFloat')).toBe(true);
    if (beforehand) expect([fed.size, fed.has('words')]).toEqual([2, false]);
    else expect([...fed]).toEqual(['words']);
  }
});

it('leaves products of two values that are known only when the graph runs', async () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', IN]);
  const y = graph.input('y', 'float32', [IN, OUT]);
  graph.output('product', gemm(x, mulScalar(y, 2)));
  useInt8Products(graph, { largest: 127, vocabSize: 0 });
  expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Mul', 'Gemm', 'Identity']);
});
