import { Graph } from '../onnx/graph.ts';
import { integerProduct, quantizeLinear } from '../onnx/operators.ts';
import { Session } from './session.ts';
import { float32 } from './tensor.ts';

const FULL = 127;
/** Twice a product of 8 bits by these stays within 16. */
const REDUCED = 63;

const SUMMANDS = 64;
const COLUMNS = 16;

let largest: Promise<number> | undefined;

/**
 * The largest whole number that a weight may become in 8-bit products on this machine's processor: without VNNI
 * instructions, x86 adds pairs of products in 16 bits, where those of the largest numbers overflow, silently.
 */
export function largestInt8(): Promise<number> {
  largest ??= sumsOfLargest().then(
    (sum) => (sum === SUMMANDS * FULL ? FULL : REDUCED),
    (error: unknown) => {
      // Memory may be short now, and not the next time.
      largest = undefined;
      throw error;
    },
  );
  return largest;
}

/** A product of the largest numbers there are: ones, by columns of 127. */
async function sumsOfLargest(): Promise<number> {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1, SUMMANDS]);
  const scale = graph.float(1 / FULL);
  const zeroPoint = graph.uint8(128);
  const matrix = graph.initializer('matrix', 'int8', [SUMMANDS, COLUMNS], new Int8Array(SUMMANDS * COLUMNS).fill(FULL));
  const a = { values: quantizeLinear(x, scale, zeroPoint), scale, zeroPoint };
  const scales = graph.float(new Array<number>(COLUMNS).fill(1));
  graph.output('sums', integerProduct(a, { values: matrix, scales }));
  const session = await Session.create(graph, { threads: 1, prepack: true });
  const { sums } = await session.run({ x: float32(new Float32Array(SUMMANDS).fill(1), [1, SUMMANDS]) });
  await session.release();
  return Math.round(Math.min(...(sums!.data as Float32Array)));
}
