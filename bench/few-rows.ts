/**
 * Products of rows with a weight stored [out, in], as they stand and with the weight in front (`useFewRowProducts`), in turn. Prints a
 * Markdown table: milliseconds of a product by the number of rows, the fastest of many.
 *
 *     npm run bench few-rows -- [--in 768] [--out 3072] [--rows 1,2,4,…] [--threads 1]
 */
import { parseArgs } from 'node:util';
import { Graph } from '../engine/src/onnx/graph.ts';
import { gemm } from '../engine/src/onnx/operators.ts';
import { Session } from '../engine/src/runtime/session.ts';
import { float32 } from '../engine/src/runtime/tensor.ts';

/** So many weights that no cache holds them all. */
const WEIGHTS = 12;
const TIMES = 20;

const { values } = parseArgs({
  options: {
    in: { type: 'string', default: '768' },
    out: { type: 'string', default: '3072' },
    rows: { type: 'string', default: '1,2,4,8,16,32,64,128,256,512' },
    threads: { type: 'string', default: '1' },
  },
});
const [width, height, threads] = [values.in, values.out, values.threads].map(Number) as [number, number, number];

function products(fewRows: boolean): Promise<Session> {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', width]);
  for (let n = 0; n < WEIGHTS; n++) {
    const numbers = Float32Array.from({ length: width * height }, (_, i) => Math.sin(i + n));
    const weight = graph.initializer(`weight_${n}`, 'float32', [height, width], numbers);
    graph.output(`y_${n}`, gemm(x, weight, undefined, { transB: true }));
  }
  return Session.create(graph, { fewRows, threads });
}

async function milliseconds(session: Session, rows: number): Promise<number> {
  const x = float32(new Float32Array(rows * width).fill(0.5), [rows, width]);
  const start = performance.now();
  await session.run({ x });
  return (performance.now() - start) / WEIGHTS;
}

const [plain, inFront] = [await products(false), await products(true)];
console.log('| rows | as it stands, ms | weight in front, ms | ratio |\n|---|---|---|---|');
for (const rows of values.rows.split(',').map(Number)) {
  let [a, b] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < TIMES; n++) {
    a = Math.min(a, await milliseconds(plain, rows));
    b = Math.min(b, await milliseconds(inFront, rows));
  }
  console.log(`| ${rows} | ${a.toFixed(2)} | ${b.toFixed(2)} | ${(a / b).toFixed(2)} |`);
}
await plain.release();
await inFront.release();
