import fc from 'fast-check';
import { gradients } from '../../../engine/src/autodiff/gradients.ts';
import { type Dim, Graph, type Value } from '../../../engine/src/onnx/graph.ts';
import { Random } from '../../../engine/src/random.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { float32, type TensorData } from '../../../engine/src/runtime/tensor.ts';

/** Random sizes that a case makes its shapes of, and a seed for what else it draws. */
export interface Sizes {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly seed: number;
}

export interface CaseInput {
  readonly shape: readonly number[];
  /** How the graph declares it, where sizes are to be known only when it runs. */
  readonly declared?: readonly Dim[];
  /** Takes a number from −2 … 2 into the function's domain. */
  readonly domain?: (x: number) => number;
  /** Given values; no gradient is asked for. */
  readonly fixed?: Int32Array | BigInt64Array;
  /** Random values, but no gradient is asked for. */
  readonly constant?: boolean;
}

/** A function to differentiate, of inputs whose shapes are drawn anew for every run. */
export interface GradientCase {
  readonly title: string;
  readonly inputs: (sizes: Sizes) => readonly CaseInput[];
  readonly build: (values: Value[], sizes: Sizes) => Value;
  /** Half the distance that the function is compared over. */
  readonly step?: number;
}

/** Points, directions and output weights that a graph is checked with each time it is made. */
const SAMPLES = 4;
const RUNS = 20;
const STEP = 1e-2;
/** Of the summands' norm: far above the rounding of float32 and the curvature, far below any wrong term. */
const TOLERANCE = 1e-2;

const sizes = fc.record({
  a: fc.integer({ min: 1, max: 4 }),
  b: fc.integer({ min: 1, max: 4 }),
  c: fc.integer({ min: 1, max: 3 }),
  d: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 0, max: 1_000_000 }),
});

/**
 * Checks the gradients of a function against central differences: for random points x, directions v and output weights
 * w, ⟨∇(w · f), v⟩ must be w · (f(x + h v) − f(x − h v)) / 2h. `opType` must be among the nodes that f is made of.
 */
export async function checkGradient(gradientCase: GradientCase, opType?: string): Promise<void> {
  const drawn = sizes.chain((size) =>
    fc.record({
      size: fc.constant(size),
      points: fc.array(pointOf(gradientCase.inputs(size)), { minLength: SAMPLES, maxLength: SAMPLES }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(drawn, ({ size, points }) => checkGraph(gradientCase, opType, size, points)),
    { numRuns: RUNS, includeErrorInReport: true },
  );
}

function pointOf(inputs: readonly CaseInput[]): fc.Arbitrary<number[][]> {
  const values = inputs.map(({ shape, fixed, domain = (x) => x }) => {
    const length = fixed ? 0 : count(shape);
    // Whole hundredths keep clear of denormal numbers, which are no use here.
    const value = fc.integer({ min: -200, max: 200 }).map((x) => domain(x / 100));
    return fc.array(value, { minLength: length, maxLength: length });
  });
  return fc.tuple(...values);
}

async function checkGraph(
  { inputs: inputsOf, build, step = STEP }: GradientCase,
  opType: string | undefined,
  size: Sizes,
  points: readonly number[][][],
): Promise<void> {
  const inputs = inputsOf(size);
  const graph = new Graph();
  const values = inputs.map(({ shape, declared, fixed }, i) => {
    const type = fixed ? (fixed instanceof Int32Array ? 'int32' : 'int64') : 'float32';
    return graph.input(`x${i}`, type, declared ?? shape);
  });
  const y = build(values, size);
  if (opType && !graph.nodes.some((node) => node.opType === opType)) throw new Error(`the case has no node ${opType}`);
  const asked = inputs.flatMap((input, i) => (input.fixed || input.constant ? [] : [i]));
  const found = gradients(
    y,
    graph.input('w', 'float32', y.shape),
    asked.map((i) => values[i]!),
  );
  graph.output('y', y);
  asked.forEach((i, at) => {
    graph.output(`d${i}`, found[at]!);
  });

  const session = await Session.create(graph, { threads: 1 });
  try {
    const random = Random.fromSeed(size.seed);
    const draw = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1));
    let outputShape: readonly number[] | undefined = y.shape.every((dim) => typeof dim === 'number')
      ? (y.shape as number[])
      : undefined;
    for (const point of points) {
      const run = (distance: number, directions: readonly Float32Array[], w: Float32Array) =>
        session.run({ ...feedsAt(inputs, point, directions, distance), w: float32(w, outputShape!) });
      outputShape ??= await shapeOfOutput(values, build, size, feedsAt(inputs, point, [], 0));
      const w = draw(count(outputShape));
      const directions = inputs.map(({ shape, constant, fixed }) =>
        constant || fixed ? new Float32Array(count(shape)) : draw(count(shape)),
      );
      const here = await run(0, directions, w);
      const ahead = (await run(step, directions, w)).y!.data as Float32Array;
      const behind = (await run(-step, directions, w)).y!.data as Float32Array;

      const byDifference = Array.from(w, (weight, i) => (weight * (ahead[i]! - behind[i]!)) / (2 * step));
      const byGradient = asked.flatMap((i) => {
        const { dims, data } = here[`d${i}`]!;
        if (dims.join() !== inputs[i]!.shape.join()) throw new Error(`gradient of input ${i} is of shape [${dims}]`);
        return Array.from(data as Float32Array, (gradient, j) => gradient * directions[i]![j]!);
      });
      const [difference, derivative] = [sum(byDifference), sum(byGradient)];
      const allowed = TOLERANCE * (norm(byDifference) + norm(byGradient)) + 1e-3;
      if (!(Math.abs(difference - derivative) <= allowed)) {
        throw new Error(
          `along a random direction the function changes by ${difference}, its gradient says ${derivative} (sizes ${JSON.stringify(size)})`,
        );
      }
    }
  } finally {
    await session.release();
  }
}

function feedsAt(
  inputs: readonly CaseInput[],
  point: readonly number[][],
  directions: readonly Float32Array[],
  distance: number,
): Record<string, TensorData> {
  return Object.fromEntries(
    inputs.map(({ shape, fixed }, i): [string, TensorData] => {
      if (fixed instanceof Int32Array) return [`x${i}`, { type: 'int32', dims: shape, data: fixed }];
      if (fixed) return [`x${i}`, { type: 'int64', dims: shape, data: fixed }];
      const moved = point[i]!.map((x, j) => x + distance * (directions[i]?.[j] ?? 0));
      return [`x${i}`, float32(Float32Array.from(moved), shape)];
    }),
  );
}

/** The sizes of an output that are only known when the graph runs. */
async function shapeOfOutput(
  values: readonly Value[],
  build: GradientCase['build'],
  size: Sizes,
  feeds: Record<string, TensorData>,
): Promise<readonly number[]> {
  const graph = new Graph();
  const inputs = values.map(({ name, type, shape }) => graph.input(name, type, shape));
  graph.output('y', build(inputs, size));
  const session = await Session.create(graph, { threads: 1 });
  const { y } = await session.run(feeds);
  await session.release();
  return y!.dims;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function norm(values: readonly number[]): number {
  return Math.sqrt(sum(values.map((value) => value * value)));
}
