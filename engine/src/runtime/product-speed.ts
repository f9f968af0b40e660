import { Graph } from '../onnx/graph.ts';
import { gemm } from '../onnx/operators.ts';
import { Session } from './session.ts';
import { float32 } from './tensor.ts';

/** A product as large as those of a small model's layers: it takes some milliseconds, of which waking threads is a small part. */
const ROWS = 512;
const WIDTH = 512;
const COLUMNS = 2048;

/** Milliseconds for which it is repeated at least, and how often; the fastest counts, which other work has disturbed least. */
const LONG_ENOUGH = 100;
const OFTEN_ENOUGH = 3;

let speed: Promise<number> | undefined;

/** Floating-point operations a second of a float32 product of matrices on this machine's processor, measured once a process. */
export function productSpeed(): Promise<number> {
  speed ??= measured().catch((error: unknown) => {
    // Memory may be short now, and not the next time.
    speed = undefined;
    throw error;
  });
  return speed;
}

async function measured(): Promise<number> {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [ROWS, WIDTH]);
  const weights = graph.initializer('w', 'float32', [WIDTH, COLUMNS], new Float32Array(WIDTH * COLUMNS).fill(0.01));
  graph.output('y', gemm(x, weights));
  const session = await Session.create(graph, { prepack: true });
  try {
    const feeds = { x: float32(new Float32Array(ROWS * WIDTH).fill(0.5), [ROWS, WIDTH]) };
    await session.run(feeds);
    let fastest = Number.POSITIVE_INFINITY;
    const begun = performance.now();
    for (let round = 0; round < OFTEN_ENOUGH || performance.now() - begun < LONG_ENOUGH; round++) {
      const started = performance.now();
      await session.run(feeds);
      fastest = Math.min(fastest, performance.now() - started);
    }
    return (2 * ROWS * WIDTH * COLUMNS) / (fastest / 1000);
  } finally {
    await session.release();
  }
}
