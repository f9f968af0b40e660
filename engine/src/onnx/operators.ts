/**
 * One function per operator: it checks what can be checked while the graph is built, infers the shape of the result
 * and appends the node. Shapes may hold names; two names are equal only if they are the same name.
 */
import type { Attribute, Dim, ElementType, Graph, Node, Value } from './graph.ts';

const MICROSOFT = 'com.microsoft';

function one(
  opType: string,
  inputs: readonly (Value | undefined)[],
  shape: readonly Dim[],
  options: { type?: ElementType; domain?: string; attributes?: Record<string, Attribute> } = {},
): Value {
  const first = inputs.find((input) => input !== undefined);
  if (!first) throw new Error(`${opType} needs an input`);
  const graph = innermost(inputs);
  return graph.node(opType, inputs, [{ type: options.type ?? first.type, shape }], options)[0]!;
}

/** The graph that a node over these values belongs to: a body may read its parent's values, not the other way round. */
function innermost(inputs: readonly (Value | undefined)[]): Graph {
  let graph: Graph | undefined;
  for (const input of inputs) {
    if (input && (!graph || depth(input.graph) > depth(graph))) graph = input.graph;
  }
  return graph!;
}

function depth(graph: Graph): number {
  return graph.parent ? depth(graph.parent) + 1 : 0;
}

/** NumPy's broadcasting. */
function broadcastShape(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
  });
}

function axisOf(x: Value, axis: number): number {
  const positive = axis < 0 ? axis + x.shape.length : axis;
  if (positive < 0 || positive >= x.shape.length) throw new Error(`axis ${axis} of a value of shape [${x.shape}]`);
  return positive;
}

/** A node of the same operator and attributes over other inputs of the same shapes. */
export function likeNode(node: Node, inputs: readonly Value[]): Value[] {
  const outputs = node.outputs.map((value) => ({ type: value!.type, shape: value!.shape }));
  return innermost(inputs).node(node.opType, inputs, outputs, { domain: node.domain, attributes: node.attributes });
}

const binary = (opType: string, type?: ElementType) => (a: Value, b: Value) =>
  one(opType, [a, b], broadcastShape(a.shape, b.shape), type ? { type } : {});
const unary = (opType: string) => (x: Value) => one(opType, [x], x.shape);

export const add = binary('Add');
export const sub = binary('Sub');
export const mul = binary('Mul');
export const div = binary('Div');
export const max = binary('Max');
export const equal = binary('Equal', 'bool');
export const less = binary('Less', 'bool');
export const neg = unary('Neg');
export const exp = unary('Exp');
export const log = unary('Log');
export const sqrt = unary('Sqrt');
export const tanh = unary('Tanh');
export const sin = unary('Sin');
export const cos = unary('Cos');
export const sigmoid = unary('Sigmoid');
export const relu = unary('Relu');
export const erf = unary('Erf');
export const abs = unary('Abs');
export const identity = unary('Identity');

/** x + c, x · c for a number, as a scalar of x's graph and type. */
export const addScalar = (x: Value, c: number) => add(x, cast(x.graph.float(c), x.type));
export const mulScalar = (x: Value, c: number) => mul(x, cast(x.graph.float(c), x.type));

export function cast(x: Value, to: ElementType): Value {
  const code = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, bfloat16: 16 }[to];
  return x.type === to ? x : one('Cast', [x], x.shape, { type: to, attributes: { to: code } });
}

export function where(condition: Value, a: Value, b: Value): Value {
  const shape = broadcastShape(condition.shape, broadcastShape(a.shape, b.shape));
  return one('Where', [condition, a, b], shape, { type: a.type });
}

function matMulShape(a: Value, b: Value, transA: boolean, transB: boolean): Dim[] {
  const left = transA ? swapLast(a.shape) : a.shape;
  const right = transB ? swapLast(b.shape) : b.shape;
  if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-2)) {
    throw new Error(`matrix product of [${left}] and [${right}]`);
  }
  return [...broadcastShape(left.slice(0, -2), right.slice(0, -2)), left.at(-2)!, right.at(-1)!];
}

function swapLast(shape: readonly Dim[]): Dim[] {
  return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
}

/** Batched matrix product of [..., m, k] and [..., k, n]. */
export function matMul(a: Value, b: Value): Value {
  return one('MatMul', [a, b], matMulShape(a, b, false, false));
}

export interface FusedMatMulOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
}

/** alpha · op(a) · op(b), batched, where op may swap the last two axes without a copy. */
export function fusedMatMul(a: Value, b: Value, options: FusedMatMulOptions): Value {
  const { transA = false, transB = false, alpha = 1 } = options;
  return one('FusedMatMul', [a, b], matMulShape(a, b, transA, transB), {
    domain: MICROSOFT,
    attributes: { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } },
  });
}

export interface GemmOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/** op(a) · op(b) (+ c) of matrices; c broadcasts to the result. */
export function gemm(a: Value, b: Value, c?: Value, options: GemmOptions = {}): Value {
  const { transA = false, transB = false } = options;
  const inputs = c ? [a, b, c] : [a, b];
  return one('Gemm', inputs, matMulShape(a, b, transA, transB), {
    attributes: { transA: Number(transA), transB: Number(transB) },
  });
}

/** Numbers as integers: round(x / scale) + zeroPoint, of zeroPoint's type; scale and zeroPoint are scalars, or vectors along `axis`. */
export function quantizeLinear(x: Value, scale: Value, zeroPoint: Value, axis = 0): Value {
  return one('QuantizeLinear', [x, scale, zeroPoint], x.shape, { type: zeroPoint.type, attributes: { axis } });
}

/**
 * The product of numbers stored as integers: a [m, k] (uint8, of one scale and zero point) and b [k, n] (int8, zero at 0, of a
 * scale for each column [n]) → float32 [m, n].
 */
export function integerProduct(
  a: { readonly values: Value; readonly scale: Value; readonly zeroPoint: Value },
  b: { readonly values: Value; readonly scales: Value },
): Value {
  const inputs = [a.values, b.values, a.scale, b.scales, a.zeroPoint];
  const shape = matMulShape(a.values, b.values, false, false);
  return one('MatMulIntegerToFloat', inputs, shape, { domain: MICROSOFT, type: 'float32' });
}

export function transpose(x: Value, permutation: readonly number[]): Value {
  return one(
    'Transpose',
    [x],
    permutation.map((axis) => x.shape[axis]!),
    { attributes: { perm: permutation } },
  );
}

/**
 * Reshapes to `shape`. A named size is taken over from the same place of x's shape, or worked out as the one size
 * that is left; where that is not enough, `like` (a 1-D int64 value) gives the sizes.
 */
export function reshape(x: Value, shape: readonly Dim[], like?: Value): Value {
  let sizes = like;
  if (!sizes) {
    let open = 0;
    const dims = shape.map((dim, i) => {
      if (typeof dim === 'number') return dim;
      if (x.shape[i] === dim) return 0;
      open++;
      return -1;
    });
    if (open > 1) throw new Error(`reshape of [${x.shape}] to [${shape}] has more than one unknown size`);
    sizes = x.graph.int(dims);
  }
  return one('Reshape', [x, sizes], shape);
}

/**
 * x itself, but not before `other` has been computed, whose size must not be known before. It costs nothing: a reshape shares
 * x's memory, and takes its first size from x (0) whatever the other's is. The runtime does not see through that, so it
 * can neither compute what depends on the result earlier nor take it for the same as what depends on x.
 */
export function after(x: Value, other: Value): Value {
  const graph = innermost([x, other]);
  const rest = x.shape.slice(1).map((dim) => (typeof dim === 'number' ? dim : -1));
  if (rest.filter((size) => size === -1).length > 1) throw new Error(`[${x.shape}] has more than one unknown size`);
  // Flat, since the runtime asks any value of the same named sizes for a shape; and no concatenation, which it would fold.
  const nothing = mul(shapeOf(reshape(other, ['all'])), graph.int([0]));
  return reshape(x, x.shape, add(nothing, graph.int([0, ...rest])));
}

/** The shape of x as a 1-D int64 value, or the part [start, end) of it. */
export function shapeOf(x: Value, start = 0, end = x.shape.length): Value {
  return one('Shape', [x], [end - start], { type: 'int64', attributes: { start, end } });
}

export function concat(parts: readonly Value[], axis: number): Value {
  if (parts.length === 1) return parts[0]!;
  const first = parts[0]!;
  const at = axisOf(first, axis);
  for (const part of parts) {
    if (part.shape.some((dim, i) => i !== at && dim !== first.shape[i])) {
      throw new Error(`concat of [${first.shape}] and [${part.shape}] on axis ${axis}`);
    }
  }
  const sizes = parts.map((part) => part.shape[at]!);
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((sum: number, size) => sum + (size as number), 0)
    : sizes.join('+');
  return one('Concat', parts, first.shape.with(at, total), { attributes: { axis: at } });
}

/** Splits `axis` into parts of the given sizes; `sizes` is a 1-D int64 value where one of them is a name. */
export function split(x: Value, axis: number, dims: readonly Dim[], sizes?: Value): Value[] {
  const at = axisOf(x, axis);
  const lengths = sizes ?? x.graph.int(dims.map((dim) => Number(dim)));
  return innermost([x, lengths]).node(
    'Split',
    [x, lengths],
    dims.map((dim) => ({ type: x.type, shape: x.shape.with(at, dim) })),
    { attributes: { axis: at } },
  );
}

/** x[..., start:end, ...] on a fixed axis with fixed bounds. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const at = axisOf(x, axis);
  const g = x.graph;
  return one('Slice', [x, g.int([start]), g.int([end]), g.int([at])], x.shape.with(at, end - start));
}

/** x's entries along `axis` at `indices`; the result has the shape of `indices` in place of that axis. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  const at = axisOf(x, axis);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return one('Gather', [x, indices], shape, { attributes: { axis: at } });
}

export function gatherElements(x: Value, indices: Value, axis: number): Value {
  return one('GatherElements', [x, indices], indices.shape, { attributes: { axis: axisOf(x, axis) } });
}

/** data with updates written (or, with `reduction: 'add'`, added) at the places that `indices` name along `axis`. */
export function scatterElements(
  data: Value,
  indices: Value,
  updates: Value,
  axis: number,
  reduction: 'none' | 'add' = 'none',
): Value {
  return one('ScatterElements', [data, indices, updates], data.shape, {
    attributes: { axis: axisOf(data, axis), reduction },
  });
}

/** The same value under other names for its sizes, where two names mean one size. */
export function withShape(x: Value, shape: readonly Dim[]): Value {
  if (shape.length !== x.shape.length) throw new Error(`[${x.shape}] is not [${shape}]`);
  return { ...x, shape };
}

export function unsqueeze(x: Value, axis: number): Value {
  const at = axis < 0 ? axis + x.shape.length + 1 : axis;
  return one('Unsqueeze', [x, x.graph.int([at])], x.shape.toSpliced(at, 0, 1));
}

/** A tensor of the sizes in `sizes` (1-D int64), filled with a float32 number. */
export function filled(sizes: Value, shape: readonly Dim[], value: number): Value {
  return expand(sizes.graph.float(value), shape, sizes);
}

export function expand(x: Value, shape: readonly Dim[], sizes: Value): Value {
  return one('Expand', [x, sizes], shape);
}

const reduce = (opType: string) => (x: Value, axes: readonly number[], keepDims: boolean) => {
  const reduced = new Set(axes.map((axis) => axisOf(x, axis)));
  const shape = keepDims
    ? x.shape.map((dim, i) => (reduced.has(i) ? 1 : dim))
    : x.shape.filter((_, i) => !reduced.has(i));
  // ReduceSum takes its axes as an input since opset 13, the others since opset 18.
  return one(opType, [x, x.graph.int([...reduced])], shape, { attributes: { keepdims: Number(keepDims) } });
};

export const reduceSum = reduce('ReduceSum');
export const reduceMean = reduce('ReduceMean');
export const reduceMax = reduce('ReduceMax');
export const reduceMin = reduce('ReduceMin');

/** The index (int64) of the largest entry along `axis`, the first of several, without that axis. */
export function argMax(x: Value, axis: number): Value {
  const at = axisOf(x, axis);
  return one('ArgMax', [x], x.shape.toSpliced(at, 1), { type: 'int64', attributes: { axis: at, keepdims: 0 } });
}

export function softmax(x: Value, axis = -1): Value {
  return one('Softmax', [x], x.shape, { attributes: { axis: axisOf(x, axis) } });
}

export function logSoftmax(x: Value, axis = -1): Value {
  return one('LogSoftmax', [x], x.shape, { attributes: { axis: axisOf(x, axis) } });
}

/** Gaussian error linear unit, exact (erf) or with the tanh approximation (GPT-2's `gelu_new`). */
export function gelu(x: Value, approximate: 'none' | 'tanh'): Value {
  return one('Gelu', [x], x.shape, { attributes: { approximate } });
}

/** x · sigmoid(x), the activation of gated feed-forward layers (SiLU, or Swish). */
export function silu(x: Value): Value {
  return one('QuickGelu', [x], x.shape, { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
}

/**
 * Rotary positions (Su et al. 2021): in each head of x [n, heads · head size], entry i of the first half of the turned part and
 * entry i of its second half are turned by an angle, as most of Hugging Face's models have it; where they are interleaved, entries
 * 2i and 2i + 1. `cosines` and `sines` [n, turned / 2] are those of the angles; entries behind the turned part stay as they are.
 */
export function rotaryEmbedding(
  x: Value,
  cosines: Value,
  sines: Value,
  { heads, interleaved }: { heads: number; interleaved: boolean },
): Value {
  const [n, width] = x.shape as [Dim, number];
  const turned = 2 * (cosines.shape[1] as number);
  // One batch, whose tokens take the rows of the tables in order, from row 0 on.
  const batch = reshape(x, [1, n, width], x.graph.int([1, -1, width]));
  const rotated = one('RotaryEmbedding', [batch, x.graph.int([0]), cosines, sines], batch.shape, {
    domain: MICROSOFT,
    attributes: {
      num_heads: heads,
      rotary_embedding_dim: turned === width / heads ? 0 : turned,
      interleaved: interleaved ? 1 : 0,
    },
  });
  return reshape(rotated, [n, width], x.graph.int([-1, width]));
}

/** Root-mean-square normalisation over the last axis: [y, 1 / root mean square], the latter with a last axis of 1. */
export function rmsNormalization(x: Value, scale: Value, epsilon: number): [Value, Value] {
  const reduced = x.shape.with(-1, 1);
  const outputs = x.graph.node(
    'SimplifiedLayerNormalization',
    [x, scale],
    [x.shape, reduced].map((shape) => ({ type: x.type, shape })),
    { attributes: { axis: -1, epsilon: { float: epsilon } } },
  );
  return [outputs[0]!, outputs[1]!];
}

/** Layer normalisation over the last axis: [y, mean, 1 / standard deviation], the last two with a last axis of 1. */
export function layerNormalization(x: Value, scale: Value, bias: Value, epsilon: number): [Value, Value, Value] {
  const reduced = x.shape.with(-1, 1);
  const outputs = x.graph.node(
    'LayerNormalization',
    [x, scale, bias],
    [x.shape, reduced, reduced].map((shape) => ({ type: x.type, shape })),
    { attributes: { axis: -1, epsilon: { float: epsilon } } },
  );
  return [outputs[0]!, outputs[1]!, outputs[2]!];
}

/**
 * ONNX's LSTM, both directions, gates in the order input, output, forget, cell.
 * x [T, 1, I], w [2, 4H, I], r [2, 4H, H], b [2, 8H] (input bias, then recurrent bias) → y [T, 2, 1, H].
 */
export function bidirectionalLstm(x: Value, w: Value, r: Value, b: Value, hidden: number): Value {
  const [steps, batch] = x.shape;
  return one('LSTM', [x, w, r, b], [steps!, 2, batch!, hidden], {
    attributes: { direction: 'bidirectional', hidden_size: hidden },
  });
}

export interface ScanBody {
  readonly states: readonly Value[];
  readonly outputs: readonly Value[];
}

/**
 * ONNX's Scan: runs `body` once per entry of the first axis of `sequences`, carrying `initial` along.
 * Returns the final states and the stacked outputs. With `reverse`, the last entry is taken first, and the outputs
 * still stand at the place of the entry they came from.
 */
export function scan(
  initial: readonly Value[],
  sequences: readonly Value[],
  body: (states: Value[], entries: Value[]) => ScanBody,
  reverse = false,
): { states: Value[]; outputs: Value[] } {
  const graph = innermost([...initial, ...sequences]);
  const inner = graph.subgraph();
  const states = initial.map((value) => inner.input(inner.uniqueName('state'), value.type, value.shape));
  const entries = sequences.map((value) => inner.input(inner.uniqueName('entry'), value.type, value.shape.slice(1)));
  const result = body(states, entries);
  for (const value of [...result.states, ...result.outputs]) inner.output(inner.uniqueName('carried'), value);
  const length = sequences[0]!.shape[0]!;
  const direction = Number(reverse);
  const outputs = graph.node(
    'Scan',
    [...initial, ...sequences],
    [
      ...initial.map((value) => ({ type: value.type, shape: value.shape })),
      ...result.outputs.map((value) => ({ type: value.type, shape: [length, ...value.shape] })),
    ],
    {
      attributes: {
        body: { graph: inner },
        num_scan_inputs: sequences.length,
        scan_input_directions: sequences.map(() => direction),
        scan_output_directions: result.outputs.map(() => direction),
      },
    },
  );
  return { states: outputs.slice(0, initial.length), outputs: outputs.slice(initial.length) };
}
